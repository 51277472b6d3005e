"""The SMTP client, against a real SMTP server in this process."""

import asyncio
from email.utils import parsedate_to_datetime

import pytest

from adapters.email.locale_renderer import RenderedEmail
from adapters.email.renderer import EmailRenderer
from adapters.email.smtp import SmtpMailer
from domain.errors import EmailUndeliverable, InvalidConfiguration, MailServerUnavailable
from domain.partners.market import LANGUAGES
from tests.support.email_params import KINDS, params_of
from tests.support.servers.smtp_server import EMAIL, JAN, SENDER, SmtpRecorder, decoded_text, parsed


async def test_an_email_arrives_with_both_parts_and_its_headers(smtp: SmtpRecorder) -> None:
    await SmtpMailer(smtp.url, SENDER).send("ZW-1", "confirmation", "Żółć Jan", JAN, EMAIL)
    message = smtp.only_message()
    assert message.get_content_type() == "multipart/alternative"
    assert decoded_text(message.get_body(("plain",))) == EMAIL.text
    assert decoded_text(message.get_body(("html",))) == EMAIL.html
    assert message["Subject"] == EMAIL.subject
    assert str(message["From"]) == SENDER
    assert message["To"].addresses[0].display_name == "Żółć Jan"
    assert message["Message-ID"] == "<ZW-1-confirmation@example.com>"
    assert message["References"] == "<ZW-1@example.com>"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Reply-To"] is None
    assert message["Content-Language"] == "pl"
    assert parsedate_to_datetime(message["Date"]).tzinfo is not None
    assert smtp.recipients == [[JAN]]
    assert smtp.raw[0].isascii()
    assert max(len(line) for line in smtp.raw[0].splitlines()) <= 78


@pytest.mark.parametrize("partner_name", ["VeloTel", "Möbelhof Süd & Söhne GmbH", "Ż" * 60])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_subject_arrives_as_it_was_written(
    smtp: SmtpRecorder, language: str, partner_name: str
) -> None:
    """However its lines are folded, and never behind an empty first line."""
    renderer, mailer = EmailRenderer("help@example.com"), SmtpMailer(smtp.url, SENDER)
    subjects = []
    for kind in KINDS:
        email = renderer.render(kind, language, params_of(kind, partner_name=partner_name))
        await mailer.send("ZW-1", kind, "Jan", JAN, email)
        subjects.append(email.subject)
    assert [parsed(raw)["Subject"] for raw in smtp.raw] == subjects
    assert not any(b"Subject:\r\n" in raw or b"Subject: \r\n" in raw for raw in smtp.raw)


async def test_an_email_that_is_sent_twice_has_one_message_id(smtp: SmtpRecorder) -> None:
    """A mail server that honours Message-ID shows the e-mail once."""
    mailer = SmtpMailer(smtp.url, SENDER)
    for key in ("resolved/2>", "resolved/2>", "resolved:2>"):
        await mailer.send("ZW-1", key, "Jan", JAN, EMAIL)
    first, second, other = [parsed(raw)["Message-ID"] for raw in smtp.raw]
    assert first == second != other
    assert first == "<ZW-1-resolved%2F2%3E@example.com>"


@pytest.mark.parametrize(
    "name",
    [
        "Jan\r\nBcc: eve@example.org",
        "Jan\n\n<script>alert(1)</script>",
        '"Jan" <eve@example.org>, Eve',
        "=?utf-8?q?Jan=0D=0ABcc:_eve@example.org=0D=0A?=",
        "Żółć, " * 40 + "<eve@example.org>",
        "x, " * 60 + "eve@example.org, y",
        "Jan; eve@example.org: (a \\",
        "\x00\u2028\u202e\ud800\x85",
        "",
        "x" * 2000,
    ],
)
async def test_a_hostile_name_adds_no_header_and_no_recipient(
    smtp: SmtpRecorder, name: str
) -> None:
    await SmtpMailer(smtp.url, SENDER).send("ZW-1", "1", name, JAN, EMAIL)
    message = smtp.only_message()
    assert [to.addr_spec for to in message["To"].addresses] == [JAN]
    assert not message["To"].defects
    assert message["Bcc"] is None
    assert message["Message-ID"] == "<ZW-1-1@example.com>"
    assert smtp.recipients == [[JAN]]
    assert decoded_text(message.get_body(("plain",))) == EMAIL.text


@pytest.mark.parametrize("subject", ["a\r\nBcc: eve@x.org", "=?utf-8?q?a=0ABcc:_eve@x.org?="])
async def test_a_hostile_subject_adds_no_header(smtp: SmtpRecorder, subject: str) -> None:
    email = RenderedEmail(subject, "text\n", "<p>html</p>\n", "en")
    await SmtpMailer(smtp.url, SENDER).send("ZW-1", "1", "Jan", JAN, email)
    message = smtp.only_message()
    assert message["Bcc"] is None
    assert message["To"].addresses[0].addr_spec == JAN


@pytest.mark.parametrize(
    "address",
    [
        "",
        "jan",
        "jan@",
        "@example.net",
        "jan@example.net, eve@example.org",
        "jan@example.net\r\nBcc: eve@example.org",
        "<jan@example.net>",
        "jan kowalski@example.net",
        '"jan kowalski"@example.net',
        "jan@[127.0.0.1]",
        "Jan <jan@example.net>",
        "jan(home)@example.net",
        "jan@b..net",
        "x" * 300 + "@example.net",
        "jan@example.net\x00",
        "\ud800@example.net",
    ],
)
async def test_an_address_that_fits_no_header_is_undeliverable(
    smtp: SmtpRecorder, address: str
) -> None:
    with pytest.raises(EmailUndeliverable):
        await SmtpMailer(smtp.url, SENDER).send("ZW-1", "1", "Jan", address, EMAIL)
    assert smtp.raw == []


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("jan@żółw.pl", "jan@xn--w-uga1v8h.pl"),
        ("jan@straße.de", "jan@xn--strae-oqa.de"),
        ("jan@FAẞ.de", "jan@xn--fa-hia.de"),
        ("jan@βόλος.com", "jan@xn--nxasmm1c.com"),
        ("jan.o'neil+shop@example.net", "jan.o'neil+shop@example.net"),
        ("j" * 64 + "@" + ".".join(["k" * 40] * 4), "j" * 64 + "@" + ".".join(["k" * 40] * 4)),
    ],
)
async def test_an_unusual_address_is_reached(
    smtp: SmtpRecorder, address: str, reached: str
) -> None:
    await SmtpMailer(smtp.url, SENDER).send("ZW-1", "1", "Jan", address, EMAIL)
    assert smtp.recipients == [[reached]]
    assert [to.addr_spec for to in smtp.only_message()["To"].addresses] == [reached]


async def test_replies_go_to_customer_service(smtp: SmtpRecorder) -> None:
    await SmtpMailer(smtp.url, SENDER, "help@straße.de").send("ZW-1", "1", "Jan", JAN, EMAIL)
    assert smtp.only_message()["Reply-To"].addresses[0].addr_spec == "help@xn--strae-oqa.de"


async def test_an_email_that_cannot_be_encoded_is_undeliverable(smtp: SmtpRecorder) -> None:
    email = RenderedEmail("subject", "\ud800", "<p></p>", "en")
    with pytest.raises(EmailUndeliverable):
        await SmtpMailer(smtp.url, SENDER).send("ZW-1", "1", "Jan", JAN, email)


async def test_an_email_is_retried_if_the_server_is_unreachable(unused_tcp_port: int) -> None:
    mailer = SmtpMailer(f"smtp://127.0.0.1:{unused_tcp_port}", SENDER)
    with pytest.raises(MailServerUnavailable):
        await mailer.send("ZW-1", "1", "Jan", JAN, EMAIL)


async def test_an_email_is_retried_if_the_server_drops_the_connection() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(MailServerUnavailable):
            await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(
                "ZW-1", "1", "Jan", JAN, EMAIL
            )


async def test_an_email_is_retried_if_the_login_is_refused(smtp: SmtpRecorder) -> None:
    url = "smtp://jan:{}@127.0.0.1:{}"
    with pytest.raises(MailServerUnavailable, match="535"):
        await SmtpMailer(url.format("wrong", smtp.port), SENDER).send(
            "ZW-1", "1", "Jan", JAN, EMAIL
        )
    assert smtp.raw == []
    await SmtpMailer(url.format("s%40cret", smtp.port), SENDER).send("ZW-1", "1", "Jan", JAN, EMAIL)
    assert smtp.only_message()["Message-ID"] == "<ZW-1-1@example.com>"


@pytest.mark.parametrize("url", ["smtp://jan:s%40cret@0.0.0.0:{}", "smtps://127.0.0.1:{}"])
async def test_nothing_is_sent_unencrypted_if_tls_is_required(smtp: SmtpRecorder, url: str) -> None:
    """A password leaves this machine only encrypted."""
    with pytest.raises(MailServerUnavailable):
        await SmtpMailer(url.format(smtp.port), SENDER).send("ZW-1", "1", "Jan", JAN, EMAIL)
    assert smtp.raw == []


@pytest.mark.parametrize(
    "url", ["", "localhost:25", "http://jan:s3cret@host", "smtp://", "smtp://jan:s3cret@host:none"]
)
def test_a_wrong_server_address_is_named_without_its_password(url: str) -> None:
    with pytest.raises(InvalidConfiguration, match="SMTP_URL") as caught:
        SmtpMailer(url, SENDER)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("sender", ["", "nobody", "Name <a@b", "a@b\r\nBcc: c@d", "ż@b.pl"])
def test_a_wrong_sender_is_named(sender: str) -> None:
    with pytest.raises(InvalidConfiguration, match="TICKETS_MAIL_FROM"):
        SmtpMailer("smtp://localhost:25", sender)
