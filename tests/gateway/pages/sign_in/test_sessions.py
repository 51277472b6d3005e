"""Stored sessions: what ends them, and that nothing of them works afterwards."""

import re
from datetime import UTC, datetime

import pytest

from tests.gateway.pages.sign_in.session_requests import end_sessions
from tests.support.browser_client import Member, MemberBrowser, token_in
from tests.support.gateway.agent_browser import signed_in_agent, withdrawal_form
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.stored_sessions import sessions_of
from tests.support.gateway.tickets import a_sent_ticket


async def test_nothing_of_an_agents_session_works_after_signing_out(
    gateway: RunningGateway,
) -> None:
    """The old cookie and form change nothing, not even in a new session."""
    number, agent = await a_sent_ticket(gateway), gateway.new_id("agent")
    async with signed_in_agent(gateway, agent) as client:
        form = await withdrawal_form(client, number) | {"action": "confirm", "confirm_note": "seen"}
        cookies = dict(client.cookies)
        out = await client.post("/desk/sign-out", data=form)
        assert (out.status_code, dict(client.cookies)) == (200, {})
        client.cookies.update(cookies)
        assert (await client.get("/desk")).status_code == 401
        assert (await client.post(f"/desk/tickets/{number}", data=form)).status_code == 401
    async with signed_in_agent(gateway, agent) as again:
        assert (await again.post(f"/desk/tickets/{number}", data=form)).status_code == 403
    assert (await gateway.env.row())["state"] == "sent_to_partner"


async def test_nothing_of_a_members_session_works_after_signing_out(
    gateway: RunningGateway, member_browser: MemberBrowser
) -> None:
    member = Member(gateway)
    await member_browser.sign_in(member)
    form = await member_browser.open_form(await member.link("velotel", 30))
    cookies = dict(member_browser.cookies)
    out = await member_browser.post("/form/sign-out", data={"csrf_token": token_in(form)})
    assert "You have signed out" in out.text
    (row,) = await sessions_of(gateway, member.account)
    assert (row["ended_by"], row["contact"]) == ("left", None)
    member_browser.cookies.update(cookies)
    assert (await member_browser.get("/form")).status_code == 403
    assert (await member_browser.send_form(form, member)).status_code == 403
    async with MemberBrowser(gateway) as later:
        await later.sign_in(member)
        assert (await later.send_form(form, member)).status_code == 403
    assert await member.tickets() == []


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}], ids=repr
)
async def test_no_other_site_signs_a_member_out(
    gateway: RunningGateway, member_browser: MemberBrowser, headers: dict[str, str]
) -> None:
    await member_browser.sign_in(Member(gateway))
    token = token_in(await member_browser.get("/form"))
    for sent in ({}, {"csrf_token": "made-up"}):
        assert (await member_browser.post("/form/sign-out", data=sent)).status_code == 403
    foreign = await member_browser.post(
        "/form/sign-out", data={"csrf_token": token}, headers=headers
    )
    assert foreign.status_code == 403
    assert (await member_browser.get("/form")).status_code == 200


@pytest.mark.parametrize("by", ["operator", "platform"])
async def test_an_operator_and_the_platform_end_all_sessions_of_an_agent(
    gateway: RunningGateway, by: str
) -> None:
    agent = gateway.new_id("agent")
    headers = gateway.as_operator() if by == "operator" else gateway.as_platform()
    async with signed_in_agent(gateway, agent) as one, signed_in_agent(gateway, agent) as two:
        earlier = gateway.login_token(sub=agent, roles=["agent"])
        assert (await end_sessions(gateway, headers, "agent", agent)).json() == {"ended": 2}
        assert [(await c.get("/desk")).status_code for c in (one, two)] == [401, 401]
        revived = await one.post("/desk/sign-in", data={"token": earlier})
        assert (revived.status_code, (await one.get("/desk")).status_code) == (403, 401)
        later = gateway.login_token(
            sub=agent, roles=["agent"], iat=int(datetime.now(UTC).timestamp()) + 1
        )
        assert (await one.post("/desk/sign-in", data={"token": later})).status_code == 303
        assert (await one.get("/desk")).status_code == 200
    assert (await end_sessions(gateway, headers, "agent", gateway.new_id("nobody"))).json() == {
        "ended": 0
    }


async def test_a_platform_ends_the_sessions_of_its_own_members_alone(
    gateway: RunningGateway, member_browser: MemberBrowser
) -> None:
    member = Member(gateway)
    await member_browser.sign_in(member)
    stranger = gateway.as_platform(gateway.new_id("acc"))
    for headers in (stranger, gateway.as_agent(), gateway.as_platform(roles=["filing"])):
        assert (await end_sessions(gateway, headers, "member", member.account)).status_code == 403
    own = gateway.as_platform(member.account)
    assert (await end_sessions(gateway, own, "agent", member.account)).status_code == 403
    assert (await member_browser.get("/form")).status_code == 200
    assert (await end_sessions(gateway, own, "member", member.account)).json() == {"ended": 1}
    assert (await member_browser.get("/form")).status_code == 403


async def test_every_page_says_who_is_signed_in_until_when_and_how_to_sign_out(
    gateway: RunningGateway, member_browser: MemberBrowser
) -> None:
    member = Member(gateway)
    await member_browser.sign_in(member)
    page = await member_browser.open_form(await member.link("velotel", 30))
    assert re.search(r"Without another click, this ends at \d\d:\d\d [A-Z]+\.", page.text)
    assert 'action="/form/sign-out"' in page.text
    async with signed_in_agent(gateway) as client:
        for path in ("/desk", "/desk/queues/today", "/desk/tickets/ZW-4KQ7-P9XT-M2AB-C"):
            assert 'action="/desk/sign-out"' in (await client.get(path)).text
