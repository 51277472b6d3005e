"""Contact data of a login token: bad names or languages are ignored, bad addresses shown."""

from typing import Any

import pytest

from tests.support.browser_client import Member, MemberBrowser
from tests.support.gateway.running_gateway import RunningGateway

MESSAGES = {
    "pl": "Adres e-mail: to pole jest wymagane.",
    "de": "E-Mail-Adresse: Bitte füllen Sie dieses Feld aus.",
    "en": "E-mail address: this field is required.",
}


async def submit(
    gateway: RunningGateway, member_browser: MemberBrowser, contact: dict[str, Any]
) -> tuple[int, str]:
    """Submit the form of a member with this contact; return the response's status and text."""
    member = Member(gateway)
    choice = await member.link("velotel", 30)
    token = member.login_token(contact=contact)
    assert (await member_browser.post("/form/sign-in", data={"token": token})).url.path == "/form"
    form = await member_browser.open_form(choice)
    assert "None" not in form.text
    answer = await member_browser.send_form(form, member)
    return answer.status_code, answer.text


@pytest.mark.parametrize("language", MESSAGES)
async def test_a_bad_address_is_named_in_the_members_language(
    gateway: RunningGateway, member_browser: MemberBrowser, language: str
) -> None:
    contact = {"email": "jan@", "name": "Jan", "language": f"{language.upper()}_XX"}
    status, text = await submit(gateway, member_browser, contact)
    assert status == 422
    assert MESSAGES[language] in text


@pytest.mark.parametrize(
    "contact",
    [
        {"email": "jan@straße.de", "name": "https://evil.example", "language": "Klingon"},
        {"email": "jörg@example.com", "name": None, "language": None},
        {"email": "jan@example.com", "name": "x" * 2000},
    ],
)
async def test_nothing_else_prevents_a_member_from_filing(
    gateway: RunningGateway, member_browser: MemberBrowser, contact: dict[str, Any]
) -> None:
    status, text = await submit(gateway, member_browser, contact)
    assert status == 200
    assert contact["email"] in text
    assert "evil.example" not in text
