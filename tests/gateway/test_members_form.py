"""The form without a screen: who gets in, what is sent twice, and what when something is away."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.databases import fresh_database
from tests.gateway.front import Front, fronted
from tests.gateway.member import DAY, ORDER, Browsing, Member, numbers_in, token_in
from tests.workflow.claims import days_ago
from tests.workflow.setting import real_server
from tests.workflow.wire import Wire, strung


@pytest.fixture
async def browsing(front: Front) -> AsyncIterator[Browsing]:
    """Somebody's browser."""
    async with Browsing(front) as somebody:
        yield somebody


async def send(
    browsing: Browsing, form: httpx.Response, member: Member, **changes: str
) -> httpx.Response:
    """Fill in an open form and send it."""
    entries = member.entries(**changes) | {"form_token": token_in(form)}
    return await browsing.post(str(form.url), data=entries)


async def test_the_hand_over_can_be_sent_as_a_form_and_leaves_no_trace_in_the_address(
    front: Front, browsing: Browsing
) -> None:
    """R2, R3."""
    member = Member(front)
    token = member.handover()
    answer = await browsing.post("/form/enter", data={"token": token})
    assert (answer.status_code, str(answer.url)) == (200, f"{front.address}/form")
    entered = answer.history[0]
    assert entered.headers["location"] == "/form"
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert token not in cookie


LONG_AGO = int(time.time()) - 3600
REFUSED: dict[str, dict[str, Any]] = {
    "for agents": {"roles": ["agent"]},
    "for the API": {"aud": "support-tickets"},
    "expired": {"iat": LONG_AGO - 60, "exp": LONG_AGO},
    "too long": {"exp": int(time.time()) + 3600},
    "without an id": {"jti": ""},
    "without a contact": {"contact": None},
    "of another issuer": {"iss": "https://elsewhere.example"},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
async def test_a_hand_over_that_is_not_for_the_form_opens_nothing(
    front: Front, browsing: Browsing, changes: dict[str, Any]
) -> None:
    await refused(browsing, Member(front).handover(**changes))


async def test_a_hand_over_opens_the_form_once(front: Front, browsing: Browsing) -> None:
    token = Member(front).handover()
    assert (await browsing.get("/form/enter", params={"token": token})).status_code == 200
    async with Browsing(front) as other:
        await refused(other, token)
    again = await browsing.get("/form/enter", params={"token": token})
    assert again.status_code == 403
    assert 'href="/form"' in again.text, "who pressed twice is in already"


async def test_a_hand_over_that_was_altered_opens_nothing(front: Front, browsing: Browsing) -> None:
    token = Member(front).handover()
    for altered in (token[:-2], token + "A", token.swapcase(), "", "no token"):
        await refused(browsing, altered)


async def refused(browsing: Browsing, token: str) -> None:
    """The one kind page, and no session."""
    answer = await browsing.get("/form/enter", params={"token": token})
    assert answer.status_code == 403
    assert "Please start from your account" in answer.text
    assert "set-cookie" not in answer.headers
    assert (await browsing.get("/form")).status_code == 403


async def test_what_another_site_sends_in_a_members_name_is_refused(
    front: Front, browsing: Browsing
) -> None:
    """CSRF: without the form's token, with that of another session, or from another site."""
    member, other = Member(front), Member(front)
    choice = await member.link("velotel", 30)
    await browsing.enter(member)
    form = await browsing.open_form(choice)
    async with Browsing(front) as stranger:
        await stranger.enter(other)
        foreign = token_in(await stranger.open_form(await other.link("velotel", 30)))
    own = token_in(form)
    elsewhere = {"sec-fetch-site": "cross-site"}
    for token, headers in (("", {}), (foreign, {}), (own[:-1], {}), (own, elsewhere)):
        entries = member.entries() | {"form_token": token}
        answer = await browsing.post(str(form.url), data=entries, headers=headers)
        assert answer.status_code == 403
        assert "<h1>" in answer.text, "a page, too"
    assert await member.tickets() == []


async def test_no_member_sees_or_uses_what_is_anothers(front: Front, browsing: Browsing) -> None:
    member, other = Member(front), Member(front)
    choice = await member.link("velotel", 30)
    await other.link("velotel", 30)
    async with Browsing(front) as theirs:
        await theirs.enter(member)
        form = await theirs.open_form(choice)
        confirmation = await send(theirs, form, member)
        (number,) = set(numbers_in(confirmation.text))
    await browsing.enter(other)
    for address in (str(confirmation.url), str(form.url)):
        seen = await browsing.get(address)
        assert seen.url.path in ("/form", "/form/missing_cashback")
        assert number not in seen.text
        assert choice not in seen.text
    own = await browsing.open_form(await other.link("velotel", 25))
    stolen = str(own.url.copy_set_param("choice", choice))
    entries = other.entries() | {"form_token": token_in(own)}
    assert (await browsing.post(stolen, data=entries)).url.path == "/form/missing_cashback"
    assert await other.tickets() == []


async def test_twenty_at_once_are_one_ticket_and_the_same_confirmation(
    front: Front, browsing: Browsing
) -> None:
    """R25: the form's key makes them one."""
    member = Member(front)
    choice = await member.link("velotel", 30)
    await browsing.enter(member)
    form = await browsing.open_form(choice)
    answers = await asyncio.gather(*(send(browsing, form, member) for _ in range(20)))
    (number,) = {tuple(set(numbers_in(answer.text))) for answer in answers}
    assert await member.tickets() == [*number]
    front.stage.number = number[0]
    await front.stage.stands("sent_to_partner")
    await front.stage.got_letters("confirmation")


async def test_a_form_that_was_taken_is_not_taken_again_with_other_entries(
    front: Front, browsing: Browsing
) -> None:
    member = Member(front)
    choice = await member.link("velotel", 30)
    await browsing.enter(member)
    form = await browsing.open_form(choice)
    first = await send(browsing, form, member)
    second = await send(browsing, form, member, **{ORDER: "VT-0001-1"})
    assert set(numbers_in(second.text)) == set(numbers_in(first.text))
    assert "had been sent before" in second.text
    assert len(await member.tickets()) == 1


async def test_a_refused_form_can_be_corrected_and_sent_twice(
    front: Front, browsing: Browsing
) -> None:
    """Its key is used up by the refusal; what is corrected makes one of its own."""
    member = Member(front)
    choice = await member.link("velotel", 30)
    await browsing.enter(member)
    form = await browsing.open_form(choice)
    refusal = await send(browsing, form, member, **{DAY: days_ago(0).isoformat()})
    assert "No support ticket was created" in refusal.text
    answers = [await send(browsing, form, member) for _ in range(2)]
    assert [answer.url.path for answer in answers] == ["/form/answer"] * 2
    assert answers[0].text == answers[1].text
    assert len(await member.tickets()) == 1


@pytest.mark.parametrize("clock", ["25:00", "noon", "\x00", "9" * 5000])
async def test_a_time_that_is_none_is_told_at_its_field(
    front: Front, browsing: Browsing, clock: str
) -> None:
    member = Member(front)
    choice = await member.link("velotel", 30)
    await browsing.enter(member)
    answer = await send(browsing, await browsing.open_form(choice), member, ordered_time=clock)
    assert answer.status_code == 422
    assert 'id="ordered_time-error"' in answer.text


async def test_the_time_of_the_order_counts_where_the_partner_counts_hours(
    front: Front, browsing: Browsing
) -> None:
    """R9: on the market's clock."""
    member = Member(front)
    choice = await member.link("velotel", 30)
    await browsing.enter(member)
    answer = await send(browsing, await browsing.open_form(choice), member, ordered_time="23:30")
    row = await member.row(numbers_in(answer.text)[0])
    zone = front.profiles["velotel"].rules.market.zone
    assert row["ordered_at"].astimezone(zone).strftime("%H:%M") == "23:30"
    assert row["ordered_on"] == days_ago(19)


STRANGE = ["/form/nonsense", "/form/answer?key=!", "/form/answer", "/form/missing_cashback/x"]


@pytest.mark.parametrize("address", STRANGE)
async def test_an_address_that_no_page_has_is_answered(
    front: Front, browsing: Browsing, address: str
) -> None:
    await browsing.enter(Member(front))
    assert (await browsing.get(address)).status_code in (404, 422)


async def test_a_choice_that_is_none_leads_back_to_the_choices(
    front: Front, browsing: Browsing
) -> None:
    member = Member(front)
    early = await member.link("buchkiste", 1)
    await browsing.enter(member)
    for choice in ("lnk-nobody", early):
        assert (await browsing.open_form(choice)).url.path == "/form/missing_cashback"


@pytest.fixture
async def wired(postgres_server: str, tmp_path: Path) -> AsyncIterator[tuple[Front, Wire]]:
    """A front of its own, without workers, and the wire between the gateway and Temporal."""
    async with real_server() as server, fresh_database(postgres_server) as database_url:
        port = int(server.client.service_client.config.target_host.rpartition(":")[2])
        async with (
            strung(port) as wire,
            fronted(
                server,
                database_url,
                tmp_path,
                temporal=f"127.0.0.1:{wire.entrance}",
                with_workers=False,
            ) as whole,
        ):
            yield whole, wire


async def test_while_something_is_away_nothing_is_lost_and_nothing_is_done_twice(
    wired: tuple[Front, Wire],
) -> None:
    """Temporal away: the form stands there as it was. No worker: the answer comes when one does."""
    front, wire = wired
    member = Member(front)
    choice = await member.link("velotel", 30)
    async with Browsing(front) as browsing:
        await browsing.enter(member)
        form = await browsing.open_form(choice)
        wire.cut()
        away = await send(browsing, form, member)
        assert (away.status_code, away.headers["retry-after"]) == (503, "5")
        assert f'value="{member.order}"' in away.text
        wire.mend()
        both = [send(browsing, one, member) for one in (away, form)]
        pending, again = await asyncio.gather(*both)
        assert (pending.status_code, pending.url.path) == (202, "/form/answer")
        assert (again.status_code, again.url) == (202, pending.url)
        (number,) = set(numbers_in(pending.text + again.text))
        await front.stage.workers_come()
        front.stage.number = number
        await front.stage.stands("sent_to_partner")
        answer = await browsing.get(str(pending.url))
        assert answer.status_code == 200
        assert number in answer.text
        assert "has been created" in answer.text
    await front.stage.got_letters("confirmation")
    assert await member.tickets() == [number]
