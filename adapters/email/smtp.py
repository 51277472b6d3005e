"""The door to the mail server: one letter in, one SMTP conversation out.

Only this file knows aiosmtplib. What goes wrong leaves as `MailServerUnavailable` (the letter
waits and is tried again) or `EmailUndeliverable` (a person must look); neither repeats the
member's address, which the server's own words often do.
"""

import asyncio
import re
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from ipaddress import ip_address
from typing import Any, Final, Protocol, TypedDict
from urllib.parse import quote, unquote, urlsplit

import aiosmtplib

from adapters.email.smtp_replies import Step, is_final, status_of
from domain.errors import EmailUndeliverable, InvalidConfiguration, MailServerUnavailable
from domain.values.email_addresses import requires_smtputf8, to_ascii_domain

COMMAND_TIMEOUT_SECONDS: Final = 15.0
SEND_TIMEOUT_SECONDS: Final = 25.0
MAX_NAME_LENGTH: Final = 60

_COMPOSE_ERRORS: Final = (ValueError, IndexError, MessageError)
_CONTROLS: Final = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
_UNSAFE_IN_SUBJECT: Final = re.compile(f"[{_CONTROLS}]+")
_UNSAFE_IN_NAME: Final = re.compile(rf"""[{_CONTROLS}()<>\[\]:;@\\,"=?]+""")
_SENDER: Final = re.compile(r"(?P<name>[^<>\r\n]*)<(?P<in_brackets>[^<>\s]+)>|(?P<bare>[^<>\s]+)")
_CONNECTION_ERRORS: Final = (aiosmtplib.SMTPException, OSError, TimeoutError)


class EmailContent(Protocol):
    """What a letter must show to be sent: `subject` in one line, both bodies, its language."""

    @property
    def subject(self) -> str:
        """One line."""

    @property
    def text(self) -> str:
        """Plain text."""

    @property
    def html(self) -> str:
        """A whole HTML page."""

    @property
    def language(self) -> str:
        """A language tag, such as pl."""


class SmtpMailer:
    """Sends letters through one mail server, a connection for each."""

    def __init__(self, url: str, sender: str, replies_to: str | None = None) -> None:
        """Read `smtp://[user:password@]host:port`, `smtps://...` or `smtp+verify://...`, and
        `Name <a@b>` or `a@b`; answers go to `replies_to`, or to the sender.

        Without a port: 587, or 465 for smtps. Raises InvalidConfiguration (never with the
        password).
        """
        self._server = _read_url(url)
        self._sender = _read_sender(sender)
        self._replies_to = _own_address("TICKETS_SUPPORT_EMAIL", replies_to) if replies_to else None

    async def takes_utf8(self) -> bool:
        """Ask the server whether it takes addresses beyond ASCII (SMTPUTF8, RFC 6531).

        Raises MailServerUnavailable.
        """
        try:
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                async with aiosmtplib.SMTP(**self._connection) as server:
                    await server.ehlo()
                    return server.supports_extension("smtputf8")
        except _CONNECTION_ERRORS as error:
            raise _translate_error(error) from None

    async def send(self, message_key: str, name: str, address: str, email: EmailContent) -> None:
        """Hand the letter over; the same `message_key` always gives the same Message-ID.

        Raises MailServerUnavailable (no connection, time-out, 4xx, whatever is about us: see
        adapters/email/smtp_replies.py) or EmailUndeliverable (no such recipient, no usable
        address).
        """
        try:
            recipient = to_ascii_domain(address)
            wire = self._compose(message_key, name, recipient, email).as_bytes()
        except _COMPOSE_ERRORS:
            raise EmailUndeliverable("the address or the letter cannot be put in a mail") from None
        await self._transmit(recipient, wire)

    @property
    def _connection(self) -> dict[str, Any]:
        return {
            **self._server,
            "timeout": COMMAND_TIMEOUT_SECONDS,
            "local_hostname": self._sender.domain,
        }

    async def _transmit(self, recipient: str, wire: bytes) -> None:
        options = ["SMTPUTF8"] if requires_smtputf8(recipient) else None
        try:
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                await aiosmtplib.send(
                    wire,
                    sender=self._sender.addr_spec,
                    recipients=[recipient],
                    mail_options=options,
                    **self._connection,
                )
        except _CONNECTION_ERRORS as error:
            raise _translate_error(error) from None

    def _compose(
        self, message_key: str, name: str, recipient: str, email: EmailContent
    ) -> EmailMessage:
        message = EmailMessage(policy=SMTPUTF8 if requires_smtputf8(recipient) else SMTP)
        user, _, domain = recipient.rpartition("@")
        message["From"] = self._sender
        message["To"] = Address(_display_name(name), username=user, domain=domain)
        if self._replies_to:
            message["Reply-To"] = self._replies_to
        message["Subject"] = _one_line(email.subject)
        message["Date"] = datetime.now(UTC)
        message["Message-ID"] = f"<{quote(message_key, safe='')}@{self._sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(email.text, cte="quoted-printable")
        message.add_alternative(email.html, subtype="html", cte="quoted-printable")
        # Set last: turning into multipart moves Content- headers down into the first part.
        message["Content-Language"] = email.language
        return message


class _Server(TypedDict):
    hostname: str
    port: int
    username: str | None
    password: str | None
    use_tls: bool
    start_tls: bool | None
    validate_certs: bool


def _read_url(url: str) -> _Server:
    expected = "smtp://, smtps:// or smtp+verify://, then [user:password@]host:port"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InvalidConfiguration("environment", "SMTP_URL", expected) from None
    if parts.scheme not in ("smtp", "smtps", "smtp+verify") or not parts.hostname:
        raise InvalidConfiguration("environment", "SMTP_URL", expected)
    whole_tls = parts.scheme == "smtps"
    username = unquote(parts.username) if parts.username else None
    start_tls = _start_tls(parts.scheme, username is not None, parts.hostname)
    return _Server(
        hostname=parts.hostname,
        port=port or (465 if whole_tls else 587),
        username=username,
        password=unquote(parts.password or "") if username else None,
        use_tls=whole_tls,
        start_tls=start_tls,
        # Where an open line would do, too, a certificate that nobody vouches for is no worse.
        validate_certs=whole_tls or start_tls is True,
    )


def _start_tls(scheme: str, has_login: bool, host: str) -> bool | None:
    """Insist on TLS before a password leaves this machine; else take it where it is offered."""
    if scheme == "smtps":
        return False
    return True if scheme == "smtp+verify" or (has_login and not _is_this_machine(host)) else None


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read_sender(sender: str) -> Address:
    found = _SENDER.fullmatch(sender)
    name, address = (
        (found["name"] or "", found["in_brackets"] or found["bare"]) if found else ("", "")
    )
    return _own_address("TICKETS_MAIL_FROM", address, name)


def _own_address(setting: str, address: str, name: str = "") -> Address:
    """Return an address of our own, which every mail server must take: ASCII before its @."""
    expected = "an address such as Name <tickets@example.com>, in ASCII before its @"
    try:
        wire = to_ascii_domain(address)
        if requires_smtputf8(wire):
            raise ValueError(expected)
        return Address(_display_name(name), addr_spec=wire)
    except _COMPOSE_ERRORS:
        raise InvalidConfiguration("environment", setting, expected) from None


def _display_name(name: str) -> str:
    """Keep what is harmless in a header.

    Python decodes `=?utf-8?q?=0A?=` in a name and writes the line break; when it folds, it can
    drop the quotes that keep a comma from starting another address. So neither may stand here.
    """
    return " ".join(_UNSAFE_IN_NAME.sub(" ", name).split())[:MAX_NAME_LENGTH].strip()


def _one_line(subject: str) -> str:
    """Make one line of it, in which nothing is decoded a second time."""
    return " ".join(_UNSAFE_IN_SUBJECT.sub(" ", subject).split()).replace("=?", "= ?")


def _translate_error(error: Exception) -> MailServerUnavailable | EmailUndeliverable:
    """Tell who must act: what is about the recipient is final, what is about us waits."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients:
        error = error.recipients[0]
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return MailServerUnavailable("the mail server takes no addresses beyond ASCII any more")
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        return MailServerUnavailable(f"the mail server is away: {type(error).__name__}")
    words = f"the mail server answered {error.code} {status_of(error.message)}".strip()
    if is_final(_step(error), error.code, error.message):
        return EmailUndeliverable(words)
    return MailServerUnavailable(f"{words} ({type(error).__name__})")


def _step(error: aiosmtplib.SMTPResponseException) -> Step:
    if isinstance(error, aiosmtplib.SMTPRecipientRefused):
        return "recipient"
    return "letter" if isinstance(error, aiosmtplib.SMTPDataError) else "sender"
