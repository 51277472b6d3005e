"""The way in: a link that changes nothing, one button, and nobody's session replaced unasked."""

import html
import re

import httpx
import pytest

from tests.gateway.pages.login_requests import handed, reads_as
from tests.support.browser_client import Browsing
from tests.support.gateway.running_gateway import RunningGateway

OWN = {"sec-fetch-site": "same-origin"}


_HIDDEN = re.compile(r'type="hidden" name="(\w+)" value="([^"]*)"')


def button_of(page: httpx.Response) -> dict[str, str]:
    """What the button of our own page sends."""
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(page.text)}


@pytest.mark.parametrize("door", ["form", "desk"])
async def test_opening_the_link_uses_nothing_up_and_begins_nothing(
    gateway: RunningGateway, browsing: Browsing, door: str
) -> None:
    """As the scanners of mailboxes and the previews of browsers do."""
    token = handed(gateway, door, "anna")
    for _ in range(3):
        seen = await browsing.get(f"/{door}/sign-in", params={"token": token})
        assert (seen.status_code, seen.cookies) == (200, httpx.Cookies())
        assert "You continue as anna." in seen.text
        assert seen.headers["cache-control"] == "no-store"
        assert seen.headers["referrer-policy"] == "same-origin"
        assert f"token={token}" not in seen.text, "no link of the page carries it on"
    entered = await browsing.post(f"/{door}/sign-in", data=button_of(seen), headers=OWN)
    assert (entered.status_code, entered.url.path, entered.url.query) == (200, f"/{door}", b"")
    assert await reads_as(browsing, door) == "anna"


FOREIGN: list[dict[str, str]] = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://elsewhere.example"},
    {"origin": "null"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=repr)
@pytest.mark.parametrize("door", ["form", "desk"])
async def test_a_form_of_another_site_only_leads_to_the_button(
    gateway: RunningGateway, door: str, headers: dict[str, str]
) -> None:
    """Such a form brings no cookies: whose session it would replace, nobody can see."""
    token = handed(gateway, door, "eve")
    async with Browsing(gateway) as somebody:
        seen = await somebody.post(f"/{door}/sign-in", data={"token": token}, headers=headers)
        assert (seen.status_code, seen.cookies) == (200, httpx.Cookies())
        await somebody.post(f"/{door}/sign-in", data=button_of(seen), headers=OWN)
        assert await reads_as(somebody, door) == "eve"


@pytest.mark.parametrize("door", ["form", "desk"])
async def test_a_session_of_somebody_else_is_asked_about_first(
    gateway: RunningGateway, browsing: Browsing, door: str
) -> None:
    enter = f"/{door}/sign-in"
    await browsing.post(enter, data={"token": handed(gateway, door, "anna")}, headers=OWN)
    kept = dict(browsing.cookies)
    token = handed(gateway, door, "eve")
    for sent in ({"token": token}, {"token": token, "replaces_session": "made-up"}):
        asked = await browsing.post(enter, data=sent, headers=OWN)
        assert "You are signed in here as anna." in asked.text
        assert await reads_as(browsing, door) == "anna"
    await browsing.post(enter, data=button_of(asked), headers=OWN)
    assert await reads_as(browsing, door) == "eve"
    async with Browsing(gateway) as old:
        old.cookies.update(kept)
        assert await reads_as(old, door) == "", "the session that was replaced has ended"
