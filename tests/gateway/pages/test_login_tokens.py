"""The way in: a link that changes nothing, one button, and nobody's session replaced unasked."""

import asyncio
import html
import re

import httpx
import pytest

from tests.support.browser_client import Browsing, Member, token_in
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.stored_sessions import left_alone, sessions_of

OWN = {"sec-fetch-site": "same-origin"}
_HIDDEN = re.compile(r'type="hidden" name="(\w+)" value="([^"]*)"')


def button_of(page: httpx.Response) -> dict[str, str]:
    """What the button of our own page sends."""
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(page.text)}


async def reads_as(browsing: Browsing, door: str = "form") -> str:
    """Who reads the pages in this browser."""
    page = await browsing.get(f"/{door}")
    found = re.search(r"Signed in: ([^<]+?)\. ", page.text)
    return found[1] if found else ""


def handed(gateway: RunningGateway, door: str, who: str) -> str:
    """A hand-over to one of the two doors."""
    if door == "desk":
        return gateway.login_token(sub=who, roles=["agent"])
    contact = {"email": f"{who}@example.com", "name": who, "language": "en"}
    return gateway.login_token(sub=f"acc-{who}", contact=contact)


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


async def test_the_same_member_in_a_second_tab_goes_on_in_the_same_session(
    gateway: RunningGateway, browsing: Browsing
) -> None:
    member = Member(gateway)
    choice = await member.link("velotel", 30)
    await browsing.enter(member)
    form = await browsing.open_form(choice)
    await browsing.enter(member)
    sent = await browsing.send_form(form, member)
    assert (sent.status_code, sent.url.path) == (200, "/form/result")
    assert len(await member.tickets()) == 1


async def test_a_contact_that_changed_meanwhile_is_that_of_the_last_hand_over(
    gateway: RunningGateway, browsing: Browsing
) -> None:
    member = Member(gateway, name="Jan Kowalski")
    await browsing.enter(member)
    member.name = "Jan Nowak"
    await browsing.enter(member)
    assert await reads_as(browsing) == "Jan Nowak"


async def test_a_session_that_was_left_alone_takes_no_entries_with_it(
    gateway: RunningGateway, browsing: Browsing
) -> None:
    """It ran out while the member typed; who comes in anew in a second tab sends the first form."""
    member = Member(gateway)
    choice = await member.link("velotel", 30)
    await browsing.enter(member)
    form = await browsing.open_form(choice)
    await left_alone(gateway, member.account)
    assert (await browsing.get("/form")).status_code == 403
    over = await browsing.send_form(form, member)
    assert (over.status_code, "in a second tab" in over.text) == (403, True)
    await browsing.enter(member)
    assert (await browsing.send_form(form, member)).url.path == "/form/result"


async def test_nobody_else_sends_the_form_of_a_session_that_was_left_alone(
    gateway: RunningGateway, browsing: Browsing
) -> None:
    member, other = Member(gateway), Member(gateway)
    choice = await other.link("velotel", 30)
    await browsing.enter(member)
    token = token_in(await browsing.open_form(await member.link("velotel", 30)))
    await left_alone(gateway, member.account)
    async with Browsing(gateway) as somebody:
        await somebody.enter(other)
        form = await somebody.open_form(choice)
        entries = other.entries() | {"csrf_token": token}
        assert (await somebody.post(str(form.url), data=entries)).status_code == 403


async def test_a_hand_over_that_is_sent_many_times_at_once_opens_one_session(
    gateway: RunningGateway,
) -> None:
    agent = gateway.new_id("agent")
    token = handed(gateway, "desk", agent)
    async with Browsing(gateway) as somebody:
        calls = [somebody.post("/desk/sign-in", data={"token": token}) for _ in range(8)]
        answers = await asyncio.gather(*calls)
    assert sorted(one.status_code for one in answers) == [200] + [403] * 7
    assert len(await sessions_of(gateway, agent)) == 1
