"""The form without a screen: who gets in, what is sent twice, and what when something is away."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from gateway.app import create_app
from tests.support.browser_client import DAY, ORDER, Browsing, Member, numbers_in, token_in
from tests.support.databases import fresh_database
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.server import serve_app
from tests.support.gateway.setup import gateway_settings, run_gateway
from tests.support.sockets import listening_socket
from tests.support.workflow.claims import days_ago
from tests.support.workflow.partner_server import SECRET
from tests.support.workflow.profiles import secrets
from tests.support.workflow.tcp_proxy import TcpProxy, open_proxy
from tests.support.workflow.temporal_servers import dev_server


async def test_no_member_sees_or_uses_what_is_anothers(
    gateway: RunningGateway, browsing: Browsing
) -> None:
    member, other = Member(gateway), Member(gateway)
    choice = await member.link("velotel", 30)
    await other.link("velotel", 30)
    async with Browsing(gateway) as theirs:
        await theirs.enter(member)
        form = await theirs.open_form(choice)
        confirmation = await theirs.send_form(form, member)
        (number,) = set(numbers_in(confirmation.text))
    await browsing.enter(other)
    for address in (str(confirmation.url), str(form.url)):
        seen = await browsing.get(address)
        assert seen.url.path in ("/form", "/form/missing_cashback")
        assert number not in seen.text
        assert choice not in seen.text
    own = await browsing.open_form(await other.link("velotel", 25))
    stolen = str(own.url.copy_set_param("choice", choice))
    entries = other.entries() | {"csrf_token": token_in(own)}
    assert (await browsing.post(stolen, data=entries)).url.path == "/form/missing_cashback"
    assert await other.tickets() == []


async def test_twenty_at_once_are_one_ticket_and_the_same_confirmation(
    gateway: RunningGateway, browsing: Browsing
) -> None:
    """R25: the form's key makes them one."""
    member = Member(gateway)
    choice = await member.link("velotel", 30)
    await browsing.enter(member)
    form = await browsing.open_form(choice)
    answers = await asyncio.gather(*(browsing.send_form(form, member) for _ in range(20)))
    (number,) = {tuple(set(numbers_in(answer.text))) for answer in answers}
    assert await member.tickets() == [*number]
    gateway.env.number = number[0]
    await gateway.env.wait_for_state("sent_to_partner")
    await gateway.env.wait_for_emails("confirmation")


async def test_a_form_that_was_taken_is_not_taken_again_with_other_entries(
    gateway: RunningGateway, browsing: Browsing
) -> None:
    member = Member(gateway)
    choice = await member.link("velotel", 30)
    await browsing.enter(member)
    form = await browsing.open_form(choice)
    first = await browsing.send_form(form, member)
    second = await browsing.send_form(form, member, **{ORDER: "VT-0001-1"})
    assert set(numbers_in(second.text)) == set(numbers_in(first.text))
    assert "had been sent before" in second.text
    assert len(await member.tickets()) == 1


async def test_a_refused_form_can_be_corrected_and_sent_twice(
    gateway: RunningGateway, browsing: Browsing
) -> None:
    """Its key is used up by the refusal; what is corrected makes one of its own."""
    member = Member(gateway)
    choice = await member.link("velotel", 30)
    await browsing.enter(member)
    form = await browsing.open_form(choice)
    refusal = await browsing.send_form(form, member, **{DAY: days_ago(0).isoformat()})
    assert "No support ticket was created" in refusal.text
    answers = [await browsing.send_form(form, member) for _ in range(2)]
    assert [answer.url.path for answer in answers] == ["/form/result"] * 2
    assert numbers_in(answers[0].text) == numbers_in(answers[1].text)
    assert len(await member.tickets()) == 1


async def test_an_order_older_than_its_link_is_told_at_the_date_with_every_other_fault(
    gateway: RunningGateway, browsing: Browsing
) -> None:
    """R15, R16: all at once, and nothing is filed."""
    member = Member(gateway)
    choice = await member.link("velotel", 30)
    await browsing.enter(member)
    form = await browsing.open_form(choice)
    wrong = {DAY: days_ago(40).isoformat(), ORDER: ""}
    answer = await browsing.send_form(form, member, **wrong)
    assert answer.status_code == 422
    assert "The order cannot be older than the link" in answer.text
    assert f'id="{ORDER}-error"' in answer.text
    assert await member.tickets() == []


async def test_a_claim_that_is_too_late_says_so_before_anything_else_is_asked_for(
    gateway: RunningGateway, browsing: Browsing
) -> None:
    """R35, R36: with the last day, and a way to correct the date."""
    member = Member(gateway)
    choice = await member.link("velotel", 200)
    await browsing.enter(member)
    form = await browsing.open_form(choice)
    answer = await browsing.send_form(form, member, **{DAY: days_ago(190).isoformat()})
    assert "The last day was" in answer.text
    assert 'name="back"' in answer.text
    assert await member.tickets() == []


@pytest.mark.parametrize("clock", ["25:00", "noon", "14.3", "1430", "\x00", "9" * 5000])
async def test_a_time_that_is_none_is_told_at_its_field(
    gateway: RunningGateway, browsing: Browsing, clock: str
) -> None:
    member = Member(gateway)
    choice = await member.link("velotel", 30)
    await browsing.enter(member)
    answer = await browsing.send_form(await browsing.open_form(choice), member, ordered_time=clock)
    assert answer.status_code == 422
    assert 'id="ordered_time-error"' in answer.text


@pytest.mark.parametrize("clock", ["23:30", "23.30"])
async def test_the_time_of_the_order_counts_where_the_partner_counts_hours(
    gateway: RunningGateway, browsing: Browsing, clock: str
) -> None:
    """R9: on the market's clock; a day and a time as people of the market write them."""
    member = Member(gateway)
    choice = await member.link("velotel", 30)
    await browsing.enter(member)
    day = days_ago(19).strftime("%d.%m.%Y")
    answer = await browsing.send_form(
        await browsing.open_form(choice), member, ordered_time=clock, **{DAY: day}
    )
    row = await member.row(numbers_in(answer.text)[0])
    zone = gateway.profiles["velotel"].rules.market.zone
    assert row["ordered_at"].astimezone(zone).strftime("%H:%M") == "23:30"
    assert row["ordered_on"] == days_ago(19)


STRANGE = [
    "/form/nonsense",
    "/form/result?idempotency_key=!",
    "/form/result",
    "/form/missing_cashback/x",
]


@pytest.mark.parametrize("address", STRANGE)
async def test_an_address_that_no_page_has_is_answered(
    gateway: RunningGateway, browsing: Browsing, address: str
) -> None:
    await browsing.enter(Member(gateway))
    assert (await browsing.get(address)).status_code in (404, 422)


async def test_a_choice_that_is_none_leads_back_to_the_choices(
    gateway: RunningGateway, browsing: Browsing
) -> None:
    member = Member(gateway)
    early = await member.link("buchkiste", 1)
    await browsing.enter(member)
    for choice in ("lnk-nobody", early):
        assert (await browsing.open_form(choice)).url.path == "/form/missing_cashback"


async def test_without_the_database_a_page_says_to_come_back(gateway: RunningGateway) -> None:
    """The hand-over is not used up by it."""
    own = {"TICKETS_PUBLIC_URL": "http://127.0.0.1"}
    settings = gateway_settings("postgresql://nobody@127.0.0.1:1/nothing", **own)
    app = create_app(settings, gateway.profiles, dict.fromkeys(secrets(), SECRET))
    with listening_socket() as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with serve_app(app, listening), httpx.AsyncClient(trust_env=False) as http:
            token = Member(gateway).login_token()
            answer = await http.get(f"{address}/form/sign-in", params={"token": token})
            made_up = {"cookie": f"tickets_member={token}"}
            nobody = await http.get(f"{address}/form", headers=made_up)
    assert nobody.status_code == 403, "a made-up cookie costs no look into the database"
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "Nothing is lost" in answer.text


@pytest.fixture
async def wired(
    postgres_server: str, tmp_path: Path
) -> AsyncIterator[tuple[RunningGateway, TcpProxy]]:
    """A front of its own, without workers, and the wire between the gateway and Temporal."""
    async with dev_server() as server, fresh_database(postgres_server) as database_url:
        port = int(server.client.service_client.config.target_host.rpartition(":")[2])
        async with (
            open_proxy(port) as proxy,
            run_gateway(
                server,
                database_url,
                tmp_path,
                temporal=f"127.0.0.1:{proxy.port}",
                with_workers=False,
            ) as whole,
        ):
            yield whole, proxy


async def test_while_something_is_away_nothing_is_lost_and_nothing_is_done_twice(
    wired: tuple[RunningGateway, TcpProxy],
) -> None:
    """Temporal away: the form stands there as it was. No worker: the answer comes when one does."""
    gateway, proxy = wired
    member = Member(gateway)
    choice = await member.link("velotel", 30)
    async with Browsing(gateway) as browsing:
        await browsing.enter(member)
        form = await browsing.open_form(choice)
        proxy.cut()
        away = await browsing.send_form(form, member)
        assert (away.status_code, away.headers["retry-after"]) == (503, "5")
        assert f'value="{member.order}"' in away.text
        proxy.restore()
        both = [browsing.send_form(one, member) for one in (away, form)]
        pending, again = await asyncio.gather(*both)
        assert (pending.status_code, pending.url.path) == (202, "/form/result")
        assert (again.status_code, again.url) == (202, pending.url)
        (number,) = set(numbers_in(pending.text + again.text))
        await gateway.env.start_workers()
        gateway.env.number = number
        await gateway.env.wait_for_state("sent_to_partner")
        answer = await browsing.get(str(pending.url))
        assert answer.status_code == 200
        assert number in answer.text
        assert "has been created" in answer.text
    await gateway.env.wait_for_emails("confirmation")
    assert await member.tickets() == [number]
