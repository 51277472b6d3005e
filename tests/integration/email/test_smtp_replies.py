"""Replies and capabilities of mail servers, from a real SMTP server in this process."""

import pytest

from adapters.email.smtp import SmtpMailer
from domain.errors import EmailUndeliverable, MailServerUnavailable
from tests.support.servers.smtp_server import EMAIL, JAN, SENDER, SmtpRecorder, decoded_text


async def test_an_address_beyond_ascii_is_reached_if_the_server_supports_it(
    smtp: SmtpRecorder,
) -> None:
    """RFC 6531: the address as it was given, in the envelope and in the header."""
    mailer = SmtpMailer(smtp.url, SENDER)
    smtp.utf8 = True
    assert await mailer.takes_utf8()
    await mailer.send("ZW-1", "1", "Jörg", "jörg@straße.de", EMAIL)
    assert smtp.recipients == [["jörg@xn--strae-oqa.de"]]
    assert "jörg@xn--strae-oqa.de" in smtp.raw[0].decode()
    assert decoded_text(smtp.only_message().get_body(("plain",))) == EMAIL.text


async def test_an_email_to_an_address_beyond_ascii_is_retried_until_the_server_supports_it(
    smtp: SmtpRecorder,
) -> None:
    """We accepted it while the server supported it, so the recipient is not at fault."""
    mailer = SmtpMailer(smtp.url, SENDER)
    assert not await mailer.takes_utf8()
    with pytest.raises(MailServerUnavailable):
        await mailer.send("ZW-1", "1", "Jörg", "jörg@example.net", EMAIL)
    assert smtp.raw == []


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("at_recipient", "550 5.1.1 <jan@example.net> unknown"),
        ("at_recipient", "553 no such mailbox"),
        ("at_recipient", "550 5.2.1 the mailbox is disabled"),
        ("at_message", "550 5.1.1 <jan@example.net> is not here"),
    ],
)
async def test_a_refusal_of_the_recipient_is_final(
    smtp: SmtpRecorder, step: str, answer: str
) -> None:
    setattr(smtp, step, answer)
    with pytest.raises(EmailUndeliverable, match=answer[:3]) as caught:
        await SmtpMailer(smtp.url, SENDER).send("ZW-1", "1", "Jan", JAN, EMAIL)
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
async def test_an_email_is_retried_after_a_4xx_or_a_refusal_of_us(
    smtp: SmtpRecorder, step: str, answer: str
) -> None:
    mailer = SmtpMailer(smtp.url, SENDER)
    setattr(smtp, step, answer)
    with pytest.raises(MailServerUnavailable, match=answer[:3]):
        await mailer.send("ZW-1", "1", "Jan", JAN, EMAIL)
    setattr(smtp, step, "")
    smtp.raw.clear()
    await mailer.send("ZW-1", "1", "Jan", JAN, EMAIL)
    assert smtp.only_message()["Message-ID"] == "<ZW-1-1@example.com>"
