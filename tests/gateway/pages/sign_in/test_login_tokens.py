"""The way in: a link that changes nothing, one button, and nobody's session replaced unasked."""

import html
import re

import httpx
import pytest

from tests.gateway.pages.sign_in.login_requests import handed, reads_as
from tests.support.browser_client import MemberBrowser
from tests.support.gateway.running_gateway import RunningGateway

SAME_ORIGIN = {"sec-fetch-site": "same-origin"}


_HIDDEN = re.compile(r'type="hidden" name="(\w+)" value="([^"]*)"')


def button_of(page: httpx.Response) -> dict[str, str]:
    """What the button of our own page sends."""
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(page.text)}


@pytest.mark.parametrize("area", ["form", "desk"])
async def test_opening_the_link_uses_nothing_up_and_begins_nothing(
    gateway: RunningGateway, member_browser: MemberBrowser, area: str
) -> None:
    """As the scanners of mailboxes and the previews of browsers do."""
    token = handed(gateway, area, "anna")
    for _ in range(3):
        seen = await member_browser.get(f"/{area}/sign-in", params={"token": token})
        assert (seen.status_code, seen.cookies) == (200, httpx.Cookies())
        assert "You continue as anna." in seen.text
        assert seen.headers["cache-control"] == "no-store"
        assert seen.headers["referrer-policy"] == "same-origin"
        assert f"token={token}" not in seen.text, "no link of the page carries it on"
    entered = await member_browser.post(
        f"/{area}/sign-in", data=button_of(seen), headers=SAME_ORIGIN
    )
    assert (entered.status_code, entered.url.path, entered.url.query) == (200, f"/{area}", b"")
    assert await reads_as(member_browser, area) == "anna"


FOREIGN: list[dict[str, str]] = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://elsewhere.example"},
    {"origin": "null"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=repr)
@pytest.mark.parametrize("area", ["form", "desk"])
async def test_a_form_of_another_site_only_leads_to_the_button(
    gateway: RunningGateway, area: str, headers: dict[str, str]
) -> None:
    """Such a form brings no cookies, so the session that it would replace is unknown."""
    token = handed(gateway, area, "eve")
    async with MemberBrowser(gateway) as somebody:
        seen = await somebody.post(f"/{area}/sign-in", data={"token": token}, headers=headers)
        assert (seen.status_code, seen.cookies) == (200, httpx.Cookies())
        await somebody.post(f"/{area}/sign-in", data=button_of(seen), headers=SAME_ORIGIN)
        assert await reads_as(somebody, area) == "eve"


@pytest.mark.parametrize("area", ["form", "desk"])
async def test_a_session_of_another_reader_is_not_replaced_without_asking(
    gateway: RunningGateway, member_browser: MemberBrowser, area: str
) -> None:
    enter = f"/{area}/sign-in"
    await member_browser.post(
        enter, data={"token": handed(gateway, area, "anna")}, headers=SAME_ORIGIN
    )
    cookies = dict(member_browser.cookies)
    token = handed(gateway, area, "eve")
    for sent in ({"token": token}, {"token": token, "replaces_session": "made-up"}):
        confirmation = await member_browser.post(enter, data=sent, headers=SAME_ORIGIN)
        assert "You are signed in here as anna." in confirmation.text
        assert await reads_as(member_browser, area) == "anna"
    await member_browser.post(enter, data=button_of(confirmation), headers=SAME_ORIGIN)
    assert await reads_as(member_browser, area) == "eve"
    async with MemberBrowser(gateway) as old:
        old.cookies.update(cookies)
        assert await reads_as(old, area) == "", "the session that was replaced has ended"
