"""Sessions that the service knows: what ends them, and that nothing of them lives on."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.browser_client import Browsing, Member, token_in
from tests.support.databases import fresh_database
from tests.support.gateway.agent_browser import form_of, signed_in_agent
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.setup import run_gateway
from tests.support.gateway.stored_sessions import left_alone, sessions_of
from tests.support.gateway.tickets import a_sent_ticket
from tests.support.workflow.temporal_servers import dev_server


async def end(
    gateway: RunningGateway, headers: dict[str, str], kind: str, subject: str
) -> httpx.Response:
    """End all sessions of a subject."""
    told = {"kind": kind, "subject": subject}
    return await gateway.http.post("/v1/sessions/end", json=told, headers=headers)


async def test_an_agent_who_signs_out_leaves_nothing_that_still_works(
    gateway: RunningGateway,
) -> None:
    """The cookie and the form of before confirm nothing, also not in a new session."""
    number, agent = await a_sent_ticket(gateway), gateway.new_id("agent")
    async with signed_in_agent(gateway, agent) as client:
        form = await form_of(client, number) | {"action": "confirm", "confirm_note": "seen"}
        cookies = dict(client.cookies)
        out = await client.post("/desk/sign-out", data=form)
        assert (out.status_code, dict(client.cookies)) == (200, {})
        client.cookies.update(cookies)
        assert (await client.get("/desk")).status_code == 401
        assert (await client.post(f"/desk/tickets/{number}", data=form)).status_code == 401
    async with signed_in_agent(gateway, agent) as again:
        assert (await again.post(f"/desk/tickets/{number}", data=form)).status_code == 403
    assert (await gateway.env.row())["state"] == "sent_to_partner"


async def test_a_member_signs_out_and_nothing_of_the_session_works_any_more(
    gateway: RunningGateway, browsing: Browsing
) -> None:
    member = Member(gateway)
    await browsing.enter(member)
    form = await browsing.open_form(await member.link("velotel", 30))
    cookies = dict(browsing.cookies)
    out = await browsing.post("/form/sign-out", data={"csrf_token": token_in(form)})
    assert "You have signed out" in out.text
    (row,) = await sessions_of(gateway, member.account)
    assert (row["ended_by"], row["contact"]) == ("left", None)
    browsing.cookies.update(cookies)
    assert (await browsing.get("/form")).status_code == 403
    assert (await browsing.send_form(form, member)).status_code == 403
    async with Browsing(gateway) as anew:
        await anew.enter(member)
        assert (await anew.send_form(form, member)).status_code == 403
    assert await member.tickets() == []


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}], ids=repr
)
async def test_no_other_site_signs_a_member_out(
    gateway: RunningGateway, browsing: Browsing, headers: dict[str, str]
) -> None:
    await browsing.enter(Member(gateway))
    token = token_in(await browsing.get("/form"))
    for sent in ({}, {"csrf_token": "made-up"}):
        assert (await browsing.post("/form/sign-out", data=sent)).status_code == 403
    foreign = await browsing.post("/form/sign-out", data={"csrf_token": token}, headers=headers)
    assert foreign.status_code == 403
    assert (await browsing.get("/form")).status_code == 200


@pytest.mark.parametrize("by", ["operator", "platform"])
async def test_an_operator_and_the_platform_end_all_sessions_of_an_agent(
    gateway: RunningGateway, by: str
) -> None:
    agent = gateway.new_id("agent")
    headers = gateway.as_operator() if by == "operator" else gateway.as_platform()
    async with signed_in_agent(gateway, agent) as one, signed_in_agent(gateway, agent) as two:
        earlier = gateway.login_token(sub=agent, roles=["agent"])
        assert (await end(gateway, headers, "agent", agent)).json() == {"ended": 2}
        assert [(await c.get("/desk")).status_code for c in (one, two)] == [401, 401]
        revived = await one.post("/desk/sign-in", data={"token": earlier})
        assert (revived.status_code, (await one.get("/desk")).status_code) == (403, 401)
        later = gateway.login_token(
            sub=agent, roles=["agent"], iat=int(datetime.now(UTC).timestamp()) + 1
        )
        assert (await one.post("/desk/sign-in", data={"token": later})).status_code == 303
        assert (await one.get("/desk")).status_code == 200
    assert (await end(gateway, headers, "agent", gateway.new_id("nobody"))).json() == {"ended": 0}


async def test_a_platform_ends_the_sessions_of_its_own_members_alone(
    gateway: RunningGateway, browsing: Browsing
) -> None:
    member = Member(gateway)
    await browsing.enter(member)
    stranger = gateway.as_platform(gateway.new_id("acc"))
    for headers in (stranger, gateway.as_agent(), gateway.as_platform(roles=["filing"])):
        assert (await end(gateway, headers, "member", member.account)).status_code == 403
    own = gateway.as_platform(member.account)
    assert (await end(gateway, own, "agent", member.account)).status_code == 403
    assert (await browsing.get("/form")).status_code == 200
    assert (await end(gateway, own, "member", member.account)).json() == {"ended": 1}
    assert (await browsing.get("/form")).status_code == 403


async def test_a_session_that_nobody_uses_ends_and_one_that_is_used_goes_on(
    gateway: RunningGateway,
) -> None:
    agent = gateway.new_id("agent")
    async with signed_in_agent(gateway, agent) as client:
        for _ in range(3):
            await left_alone(gateway, agent, minutes=59)
            assert (await client.get("/desk")).status_code == 200
        await left_alone(gateway, agent, minutes=61)
        assert (await client.get("/desk")).status_code == 401


async def test_a_session_ends_after_eight_hours_however_busy_it_is(gateway: RunningGateway) -> None:
    agent = gateway.new_id("agent")
    async with signed_in_agent(gateway, agent) as client:
        (row,) = await sessions_of(gateway, agent)
        assert row["ends_at"] - row["started_at"] == timedelta(hours=8)
        statement = "update sessions set ends_at = now() where subject = $1"
        async with gateway.env.database.transaction() as connection:
            await connection.execute(statement, agent)
        assert (await client.get("/desk")).status_code == 401


async def test_a_form_of_a_session_that_was_over_is_ended_with_the_others(
    gateway: RunningGateway,
) -> None:
    """Ended by an operator, a form of eight hours ago counts no more in a session begun since."""
    number, agent = await a_sent_ticket(gateway), gateway.new_id("agent")
    async with signed_in_agent(gateway, agent) as client:
        form = await form_of(client, number)
        statement = "update sessions set ends_at = now() where subject = $1"
        async with gateway.env.database.transaction() as connection:
            await connection.execute(statement, agent)
        assert (await end(gateway, gateway.as_operator(), "agent", agent)).json() == {"ended": 0}
    await asyncio.sleep(1.1)  # hand-overs count in seconds: one of this second is of before
    async with signed_in_agent(gateway, agent) as again:
        assert (await again.post(f"/desk/tickets/{number}", data=form)).status_code == 403


async def test_not_every_page_is_written_down(gateway: RunningGateway) -> None:
    agent = gateway.new_id("agent")
    async with signed_in_agent(gateway, agent) as client:
        (before,) = await sessions_of(gateway, agent)
        for _ in range(3):
            await client.get("/desk")
        assert await sessions_of(gateway, agent) == [before]
        await left_alone(gateway, agent, minutes=2)
        await client.get("/desk")
        (after,) = await sessions_of(gateway, agent)
        assert after["last_seen_at"] > before["last_seen_at"]


async def test_every_page_says_who_reads_until_when_and_how_to_sign_out(
    gateway: RunningGateway, browsing: Browsing
) -> None:
    member = Member(gateway)
    await browsing.enter(member)
    page = await browsing.open_form(await member.link("velotel", 30))
    assert re.search(r"Without another click, this ends at \d\d:\d\d [A-Z]+\.", page.text)
    assert 'action="/form/sign-out"' in page.text
    async with signed_in_agent(gateway) as client:
        for path in ("/desk", "/desk/queues/today", "/desk/tickets/ZW-4KQ7-P9XT-M2AB-C"):
            assert 'action="/desk/sign-out"' in (await client.get(path)).text


async def test_the_cookie_alone_is_nothing_that_the_database_holds(gateway: RunningGateway) -> None:
    agent = gateway.new_id("agent")
    async with signed_in_agent(gateway, agent) as client:
        (row,) = await sessions_of(gateway, agent)
        assert row["session_id"] not in dict(client.cookies).values()
        client.cookies.set("tickets_agent", row["session_id"])
        assert (await client.get("/desk")).status_code == 401


async def test_over_https_no_other_host_of_the_domain_can_set_our_cookies(
    postgres_server: str, tmp_path: Path
) -> None:
    changes: dict[str, Any] = {"TICKETS_PUBLIC_URL": "https://tickets.example"}
    async with (
        dev_server() as server,
        fresh_database(postgres_server) as database_url,
        run_gateway(server, database_url, tmp_path, with_workers=False, **changes) as gateway,
    ):
        token = gateway.login_token(sub="anna", roles=["agent"])
        own = {"origin": "https://tickets.example"}
        entered = await gateway.http.post("/desk/sign-in", data={"token": token}, headers=own)
        (cookie,) = entered.headers.get_list("set-cookie")
        assert re.fullmatch(
            r"__Host-tickets_agent=[\w.-]+; "
            r"HttpOnly; Max-Age=28800; Path=/; SameSite=lax; Secure",
            cookie,
        )
        seen = await gateway.http.get("/desk", headers={"cookie": cookie.partition(";")[0]})
        assert seen.status_code == 200
        plain = cookie.partition(";")[0].removeprefix("__Host-")
        assert (await gateway.http.get("/desk", headers={"cookie": plain})).status_code == 401
