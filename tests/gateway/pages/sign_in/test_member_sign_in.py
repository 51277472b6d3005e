"""Sign-in to the member form by login token, and protection against foreign forms."""

import time
from typing import Any

import pytest

from tests.support.browser_client import Member, MemberBrowser, token_in
from tests.support.gateway.running_gateway import RunningGateway


async def test_a_login_token_can_be_posted_and_leaves_no_trace_in_the_address(
    gateway: RunningGateway, member_browser: MemberBrowser
) -> None:
    """R2, R3."""
    member = Member(gateway)
    token = member.login_token()
    answer = await member_browser.post("/form/sign-in", data={"token": token})
    assert (answer.status_code, str(answer.url)) == (200, f"{gateway.address}/form")
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
async def test_an_invalid_login_token_opens_nothing(
    gateway: RunningGateway, member_browser: MemberBrowser, changes: dict[str, Any]
) -> None:
    await assert_refused(member_browser, Member(gateway).login_token(**changes))


async def test_a_login_token_opens_the_form_once(
    gateway: RunningGateway, member_browser: MemberBrowser
) -> None:
    token = Member(gateway).login_token()
    assert (await member_browser.post("/form/sign-in", data={"token": token})).url.path == "/form"
    async with MemberBrowser(gateway) as other:
        await assert_refused(other, token)
    again = await member_browser.get("/form/sign-in", params={"token": token})
    assert again.status_code == 403
    assert 'href="/form"' in again.text, "a member who pressed twice is signed in already"


async def test_the_id_of_a_login_token_may_be_any_text(gateway: RunningGateway) -> None:
    """Also with a long common prefix, and with text that PostgreSQL cannot store."""
    start = gateway.new_id("x" * 300)
    for ending in ("a", "b", "\x00", "\ud800"):
        async with MemberBrowser(gateway) as browser:
            token = Member(gateway).login_token(jti=start + ending)
            answer = await browser.post("/form/sign-in", data={"token": token})
            assert answer.status_code == 200
            assert (await browser.post("/form/sign-in", data={"token": token})).status_code == 403


async def test_an_altered_login_token_opens_nothing(
    gateway: RunningGateway, member_browser: MemberBrowser
) -> None:
    token = Member(gateway).login_token()
    for altered in (token[:-2], token + "A", token.swapcase(), "", "no token"):
        await assert_refused(member_browser, altered)


async def assert_refused(member_browser: MemberBrowser, token: str) -> None:
    """Assert that a token gets the page of all invalid ones, and no session."""
    opened = await member_browser.get("/form/sign-in", params={"token": token})
    answer = await member_browser.post("/form/sign-in", data={"token": token})
    assert (opened.status_code, answer.status_code) == (403, 403)
    assert "Please start from your account" in answer.text
    assert "set-cookie" not in answer.headers
    assert (await member_browser.get("/form")).status_code == 403


async def test_a_form_that_another_site_sends_for_a_member_is_refused(
    gateway: RunningGateway, member_browser: MemberBrowser
) -> None:
    """CSRF: without the form's token, with that of another session, or from another site."""
    member, other = Member(gateway), Member(gateway)
    choice = await member.link("velotel", 30)
    await member_browser.sign_in(member)
    form = await member_browser.open_form(choice)
    async with MemberBrowser(gateway) as stranger:
        await stranger.sign_in(other)
        foreign = token_in(await stranger.open_form(await other.link("velotel", 30)))
    own = token_in(form)
    elsewhere = {"sec-fetch-site": "cross-site"}
    for token, headers in (("", {}), (foreign, {}), (own[:-1], {}), (own, elsewhere)):
        entries = member.entries() | {"csrf_token": token}
        answer = await member_browser.post(str(form.url), data=entries, headers=headers)
        assert answer.status_code == 403
        assert "<h1>" in answer.text, "the refusal is a page"
    assert await member.tickets() == []
