"""Sessions that login tokens start, renew and replace."""

import asyncio

from tests.gateway.pages.sign_in.login_requests import login_token, signed_in_as
from tests.support.browser_client import Member, MemberBrowser, OpenedForm, token_in
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.stored_sessions import make_idle, sessions_of


async def test_the_same_member_in_a_second_tab_goes_on_in_the_same_session(
    member_browser: MemberBrowser, opened_form: OpenedForm
) -> None:
    member, form = opened_form
    await member_browser.sign_in(member)
    sent = await member_browser.send_form(form, member)
    assert (sent.status_code, sent.url.path) == (200, "/form/result")
    assert len(await member.tickets()) == 1


async def test_a_session_shows_the_contact_of_the_latest_login_token(
    gateway: RunningGateway, member_browser: MemberBrowser
) -> None:
    member = Member(gateway, name="Jan Kowalski")
    await member_browser.sign_in(member)
    member.name = "Jan Nowak"
    await member_browser.sign_in(member)
    assert await signed_in_as(member_browser) == "Jan Nowak"


async def test_an_idle_session_loses_no_entries(
    gateway: RunningGateway, member_browser: MemberBrowser, opened_form: OpenedForm
) -> None:
    """It expired while the member typed; after a new sign-in in a second tab the form is sent."""
    member, form = opened_form
    await make_idle(gateway, member.account)
    assert (await member_browser.get("/form")).status_code == 403
    over = await member_browser.send_form(form, member)
    assert (over.status_code, "in a second tab" in over.text) == (403, True)
    await member_browser.sign_in(member)
    assert (await member_browser.send_form(form, member)).url.path == "/form/result"


async def test_another_reader_cannot_send_the_form_of_an_idle_session(
    gateway: RunningGateway, member_browser: MemberBrowser
) -> None:
    member, other = Member(gateway), Member(gateway)
    choice = await other.link("velotel", 30)
    await member_browser.sign_in(member)
    token = token_in(await member_browser.open_form(await member.link("velotel", 30)))
    await make_idle(gateway, member.account)
    async with MemberBrowser(gateway) as browser:
        await browser.sign_in(other)
        form = await browser.open_form(choice)
        entries = other.entries() | {"csrf_token": token}
        assert (await browser.post(str(form.url), data=entries)).status_code == 403


async def test_a_login_token_sent_many_times_at_once_opens_one_session(
    gateway: RunningGateway,
) -> None:
    agent = gateway.new_id("agent")
    token = login_token(gateway, "desk", agent)
    async with MemberBrowser(gateway) as browser:
        calls = [browser.post("/desk/sign-in", data={"token": token}) for _ in range(8)]
        answers = await asyncio.gather(*calls)
    assert sorted(one.status_code for one in answers) == [200] + [403] * 7
    assert len(await sessions_of(gateway, agent)) == 1
