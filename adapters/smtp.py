"""The door to the mail server: one letter in, one SMTP conversation out.

Only this file knows aiosmtplib. What goes wrong leaves as `MailServerUnavailable` (the letter
waits and is tried again) or `LetterUndeliverable` (a person must look); neither repeats the
member's address, which the server's own words often do.
"""

import asyncio
import re
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from ipaddress import ip_address
from typing import Final, Protocol, TypedDict
from urllib.parse import quote, unquote, urlsplit

import aiosmtplib

from domain.errors import LetterUndeliverable, MailServerUnavailable, Misconfigured

STEP_SECONDS: Final = 15.0
LETTER_SECONDS: Final = 25.0
NAME_LENGTH: Final = 60
ADDRESS_LENGTH: Final = 254
OUR_LOGIN: Final = frozenset({530, 534, 535, 538})

_CANNOT_BE_WRITTEN: Final = (ValueError, IndexError, MessageError)
_CONTROLS: Final = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
_NOT_IN_A_SUBJECT: Final = re.compile(f"[{_CONTROLS}]+")
_NOT_IN_A_NAME: Final = re.compile(rf"""[{_CONTROLS}()<>\[\]:;@\\,"=?]+""")
_ADDRESS: Final = re.compile(r"[!-~]+@[^\s@]+")
_SENDER: Final = re.compile(r"(?P<name>[^<>\r\n]*)<(?P<in_brackets>[^<>\s]+)>|(?P<bare>[^<>\s]+)")
_CODE_IN_WORDS: Final = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


class WrittenLetter(Protocol):
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


class MailDoor:
    """Sends letters through one mail server, a connection for each."""

    def __init__(self, url: str, sender: str) -> None:
        """Read `smtp://[user:password@]host:port` or `smtps://...` and `Name <a@b>` or `a@b`.

        Without a port: 587, or 465 for smtps. Raises Misconfigured (never with the password).
        """
        self._server = _read_url(url)
        self._sender = _read_sender(sender)

    async def send(self, letter_id: str, name: str, address: str, letter: WrittenLetter) -> None:
        """Hand the letter over; the same `letter_id` always gives the same Message-ID.

        Raises MailServerUnavailable (no connection, time-out, 4xx, our login, our sender) or
        LetterUndeliverable (5xx for the recipient or the letter, no usable address).
        """
        try:
            message = self._compose(letter_id, name, address, letter)
            recipient, wire = message["To"].addresses[0].addr_spec, message.as_bytes()
        except _CANNOT_BE_WRITTEN:
            raise LetterUndeliverable("the address or the letter cannot be put in a mail") from None
        await self._hand_over(recipient, wire)

    async def _hand_over(self, recipient: str, wire: bytes) -> None:
        try:
            async with asyncio.timeout(LETTER_SECONDS):
                await aiosmtplib.send(
                    wire,
                    sender=self._sender.addr_spec,
                    recipients=[recipient],
                    timeout=STEP_SECONDS,
                    local_hostname=self._sender.domain,
                    **self._server,
                )
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise _refusal(error) from None

    def _compose(
        self, letter_id: str, name: str, address: str, letter: WrittenLetter
    ) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = self._sender
        message["To"] = Address(_display_name(name), addr_spec=_addr_spec(address))
        message["Subject"] = _one_line(letter.subject)
        message["Date"] = datetime.now(UTC)
        message["Message-ID"] = f"<{quote(letter_id, safe='')}@{self._sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text, cte="quoted-printable")
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
        # Set last: turning into multipart moves Content- headers down into the first part.
        message["Content-Language"] = letter.language
        return message


class _Server(TypedDict):
    hostname: str
    port: int
    username: str | None
    password: str | None
    use_tls: bool
    start_tls: bool | None


def _read_url(url: str) -> _Server:
    expected = "smtp://[user:password@]host:port or smtps://[user:password@]host:port"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Misconfigured("environment", "SMTP_URL", expected) from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise Misconfigured("environment", "SMTP_URL", expected)
    whole_tls = parts.scheme == "smtps"
    username = unquote(parts.username) if parts.username else None
    return _Server(
        hostname=parts.hostname,
        port=port or (465 if whole_tls else 587),
        username=username,
        password=unquote(parts.password or "") if username else None,
        use_tls=whole_tls,
        start_tls=_start_tls(whole_tls, username is not None, parts.hostname),
    )


def _start_tls(whole_tls: bool, has_login: bool, host: str) -> bool | None:
    """Insist on TLS before a password leaves this machine; else take it where it is offered."""
    if whole_tls:
        return False
    return True if has_login and not _is_this_machine(host) else None


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
    try:
        return Address(_display_name(name), addr_spec=_addr_spec(address))
    except _CANNOT_BE_WRITTEN:
        expected = "an address such as Name <tickets@example.com>"
        raise Misconfigured("environment", "TICKETS_MAIL_SENDER", expected) from None


def _addr_spec(address: str) -> str:
    """Give the address as SMTP takes it (domain in IDNA); ValueError when that cannot be."""
    if not _ADDRESS.fullmatch(address):
        raise ValueError("not one address in ASCII before its @")
    user, _, domain = address.rpartition("@")
    plain = f"{user}@{domain.encode('idna').decode('ascii')}"
    if len(plain) > ADDRESS_LENGTH:
        raise ValueError("longer than an address may be")
    return plain


def _display_name(name: str) -> str:
    """Keep what is harmless in a header.

    Python decodes `=?utf-8?q?=0A?=` in a name and writes the line break; when it folds, it can
    drop the quotes that keep a comma from starting another address. So neither may stand here.
    """
    return " ".join(_NOT_IN_A_NAME.sub(" ", name).split())[:NAME_LENGTH].strip()


def _one_line(subject: str) -> str:
    """Make one line of it, in which nothing is decoded a second time."""
    return " ".join(_NOT_IN_A_SUBJECT.sub(" ", subject).split()).replace("=?", "= ?")


def _refusal(error: Exception) -> MailServerUnavailable | LetterUndeliverable:
    """Tell who must act: a 5xx for the recipient or the letter is final, all else waits."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients:
        error = error.recipients[0]
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        return MailServerUnavailable(f"the mail server is away: {type(error).__name__}")
    words = f"the mail server answered {error.code} {_status(error.message)}".strip()
    about_this = isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError)
    if about_this and error.code >= 500 and error.code not in OUR_LOGIN:
        return LetterUndeliverable(words)
    return MailServerUnavailable(f"{words} ({type(error).__name__})")


def _status(message: str) -> str:
    """Find the enhanced status code (RFC 3463), the only part that names nobody."""
    found = _CODE_IN_WORDS.search(message)
    return found.group() if found else ""
