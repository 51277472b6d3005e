"""What a mail server answers, and what it can do: a real SMTP server says it in this process."""

import pytest

from adapters.email.smtp import SmtpMailer
from domain.errors import EmailUndeliverable, MailServerUnavailable
from tests.support.servers.smtp_server import EMAIL, JAN, SENDER, Postbox, words


async def test_an_address_beyond_ascii_is_reached_where_the_server_takes_it(
    postbox: Postbox,
) -> None:
    """RFC 6531: the address as it was given, in the envelope and in the header."""
    door = SmtpMailer(postbox.url, SENDER)
    postbox.utf8 = True
    assert await door.takes_utf8()
    await door.send("ZW-1", "Jörg", "jörg@straße.de", EMAIL)
    assert postbox.recipients == [["jörg@xn--strae-oqa.de"]]
    assert "jörg@xn--strae-oqa.de" in postbox.raw[0].decode()
    assert words(postbox.only().get_body(("plain",))) == EMAIL.text


async def test_an_address_beyond_ascii_waits_for_a_server_that_takes_it(postbox: Postbox) -> None:
    """It was promised while one did: so it is about our server, and not about the recipient."""
    door = SmtpMailer(postbox.url, SENDER)
    assert not await door.takes_utf8()
    with pytest.raises(MailServerUnavailable):
        await door.send("ZW-1", "Jörg", "jörg@example.net", EMAIL)
    assert postbox.raw == []


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("at_recipient", "550 5.1.1 <jan@example.net> unknown"),
        ("at_recipient", "553 no such mailbox"),
        ("at_recipient", "550 5.2.1 the mailbox is disabled"),
        ("at_message", "550 5.1.1 <jan@example.net> is not here"),
    ],
)
async def test_what_is_about_the_recipient_is_undeliverable(
    postbox: Postbox, step: str, answer: str
) -> None:
    setattr(postbox, step, answer)
    with pytest.raises(EmailUndeliverable, match=answer[:3]) as caught:
        await SmtpMailer(postbox.url, SENDER).send("ZW-1", "Jan", JAN, EMAIL)
    assert JAN not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("at_recipient", "450 4.2.1 mailbox busy"),
        ("at_recipient", "421 closing"),
        ("at_recipient", "530 5.7.0 authentication required"),
        ("at_message", "451 4.3.0 try later"),
        ("at_sender", "451 try later"),
        ("at_sender", "550 5.7.1 sender not allowed"),
        ("at_sender", "550 5.1.1 sender unknown"),
        ("at_sender", "552 5.2.2 quota exceeded"),
        ("at_recipient", "554 5.7.1 <jan@example.net>: Relay access denied"),
        ("at_recipient", "550 relay not permitted"),
        ("at_recipient", "550 5.4.5 daily sending quota exceeded"),
        ("at_message", "554 5.7.1 <jan@example.net> looks like spam"),
        ("at_message", "552 too big"),
        ("at_message", "554 transaction failed"),
    ],
)
async def test_a_4xx_or_a_refusal_of_us_lets_the_letter_wait(
    postbox: Postbox, step: str, answer: str
) -> None:
    door = SmtpMailer(postbox.url, SENDER)
    setattr(postbox, step, answer)
    with pytest.raises(MailServerUnavailable, match=answer[:3]):
        await door.send("ZW-1", "Jan", JAN, EMAIL)
    setattr(postbox, step, "")
    postbox.raw.clear()
    await door.send("ZW-1", "Jan", JAN, EMAIL)
    assert postbox.only()["Message-ID"] == "<ZW-1@example.com>"
