"""Sign-in: the link changes nothing, one button, and no session is replaced without asking."""

import html
import re

import httpx
import pytest

from tests.gateway.pages.sign_in.login_requests import login_token, signed_in_as
from tests.support.browser_client import MemberBrowser
from tests.support.gateway.running_gateway import RunningGateway

SAME_ORIGIN = {"sec-fetch-site": "same-origin"}


_HIDDEN = re.compile(r'type="hidden" name="(\w+)" value="([^"]*)"')


def button_of(page: httpx.Response) -> dict[str, str]:
    """Return the fields that the button of our page sends."""
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(page.text)}


@pytest.mark.parametrize("area", ["form", "desk"])
async def test_opening_the_link_uses_no_token_and_starts_no_session(
    gateway: RunningGateway, member_browser: MemberBrowser, area: str
) -> None:
    """As the scanners of mailboxes and the previews of browsers do."""
    token = login_token(gateway, area, "anna")
    for _ in range(3):
        page = await member_browser.get(f"/{area}/sign-in", params={"token": token})
        assert (page.status_code, page.cookies) == (200, httpx.Cookies())
        assert "You continue as anna." in page.text
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "same-origin"
        assert f"token={token}" not in page.text, "no link of the page contains it"
    entered = await member_browser.post(
        f"/{area}/sign-in", data=button_of(page), headers=SAME_ORIGIN
    )
    assert (entered.status_code, entered.url.path, entered.url.query) == (200, f"/{area}", b"")
    assert await signed_in_as(member_browser, area) == "anna"


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
    token = login_token(gateway, area, "eve")
    async with MemberBrowser(gateway) as browser:
        page = await browser.post(f"/{area}/sign-in", data={"token": token}, headers=headers)
        assert (page.status_code, page.cookies) == (200, httpx.Cookies())
        await browser.post(f"/{area}/sign-in", data=button_of(page), headers=SAME_ORIGIN)
        assert await signed_in_as(browser, area) == "eve"


@pytest.mark.parametrize("area", ["form", "desk"])
async def test_a_session_of_another_reader_is_not_replaced_without_asking(
    gateway: RunningGateway, member_browser: MemberBrowser, area: str
) -> None:
    address = f"/{area}/sign-in"
    await member_browser.post(
        address, data={"token": login_token(gateway, area, "anna")}, headers=SAME_ORIGIN
    )
    cookies = dict(member_browser.cookies)
    token = login_token(gateway, area, "eve")
    for sent in ({"token": token}, {"token": token, "replaces_session": "made-up"}):
        confirmation = await member_browser.post(address, data=sent, headers=SAME_ORIGIN)
        assert "You are signed in here as anna." in confirmation.text
        assert await signed_in_as(member_browser, area) == "anna"
    await member_browser.post(address, data=button_of(confirmation), headers=SAME_ORIGIN)
    assert await signed_in_as(member_browser, area) == "eve"
    async with MemberBrowser(gateway) as old:
        old.cookies.update(cookies)
        assert await signed_in_as(old, area) == "", "the session that was replaced has ended"
