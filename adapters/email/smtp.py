"""Sends e-mails to the mail server.

Errors are raised as `MailServerUnavailable` (the e-mail is retried) or `EmailUndeliverable` (a
person must act). Neither contains the member's address, which the server's texts often do.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any, Final, Protocol
from urllib.parse import quote

import aiosmtplib

from adapters.email.header_policy import SMTP, SMTPUTF8
from adapters.email.headers import COMPOSE_ERRORS, display_name, one_line, own_address, read_sender
from adapters.email.smtp_connections import SmtpConnections
from adapters.email.smtp_errors import translate_error
from adapters.email.smtp_settings import read_url
from domain.errors import EmailUndeliverable
from domain.values.email_addresses import requires_smtputf8, to_ascii_domain

COMMAND_TIMEOUT_SECONDS: Final = 15.0
SEND_TIMEOUT_SECONDS: Final = 25.0
_CONNECTION_ERRORS: Final = (aiosmtplib.SMTPException, OSError, TimeoutError)


class EmailContent(Protocol):
    """An e-mail to send: its subject on one line, both bodies, its language."""

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
    """Sends e-mails through one mail server, over a connection each unless they are reused."""

    def __init__(self, url: str, sender: str, replies_to: str | None = None) -> None:
        """Read `smtp://[user:password@]host:port`, `smtps://...` or `smtp+verify://...`, and
        `Name <a@b>` or `a@b`; answers go to `replies_to`, or to the sender.

        Without a port: 587, or 465 for smtps. Raises InvalidConfiguration (never with the
        password).
        """
        self._server = read_url(url)
        self._sender = read_sender(sender)
        self._replies_to = own_address("TICKETS_SUPPORT_EMAIL", replies_to) if replies_to else None
        self._connections: SmtpConnections | None = None

    @contextlib.asynccontextmanager
    async def reusing_connections(self) -> AsyncIterator[None]:
        """Reuse connections inside this context, for a short while each."""
        self._connections = SmtpConnections(self._connection)
        try:
            yield
        finally:
            connections, self._connections = self._connections, None
            await connections.close()

    async def takes_utf8(self) -> bool:
        """Query whether the server supports addresses beyond ASCII (SMTPUTF8, RFC 6531).

        Raises MailServerUnavailable.
        """
        try:
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                async with aiosmtplib.SMTP(**self._connection) as server:
                    await server.ehlo()
                    return server.supports_extension("smtputf8")
        except _CONNECTION_ERRORS as error:
            raise translate_error(error) from None

    async def send(
        self, thread: str, key: str, name: str, address: str, email: EmailContent
    ) -> None:
        """Send an e-mail; the same `thread` and `key` always give the same Message-ID.

        Mail programs show the e-mails of a `thread`, such as a ticket's number, together.

        Raises MailServerUnavailable (no connection, time-out, 4xx, any reply about us: see
        adapters/email/smtp_replies.py) or EmailUndeliverable (no such recipient, no usable
        address).
        """
        try:
            recipient = to_ascii_domain(address)
            wire = self._compose(thread, key, name, recipient, email).as_bytes()
        except COMPOSE_ERRORS:
            raise EmailUndeliverable("the address or the e-mail cannot be composed") from None
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
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS), self._client() as client:
                await client.sendmail(
                    self._sender.addr_spec, [recipient], wire, mail_options=options
                )
        except _CONNECTION_ERRORS as error:
            raise translate_error(error) from None

    def _client(self) -> AbstractAsyncContextManager[aiosmtplib.SMTP]:
        if self._connections is None:
            return aiosmtplib.SMTP(**self._connection)
        return self._connections.acquire()

    def _compose(
        self, thread: str, key: str, name: str, recipient: str, email: EmailContent
    ) -> EmailMessage:
        message = EmailMessage(policy=SMTPUTF8 if requires_smtputf8(recipient) else SMTP)
        user, _, domain = recipient.rpartition("@")
        message["From"] = str(self._sender)
        message["To"] = Address(display_name(name), username=user, domain=domain)
        if self._replies_to:
            message["Reply-To"] = self._replies_to
        message["Subject"] = one_line(email.subject)
        message["Date"] = datetime.now(UTC)
        message["Message-ID"] = f"<{quote(f'{thread}-{key}', safe='')}@{self._sender.domain}>"
        message["References"] = f"<{quote(thread, safe='')}@{self._sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(email.text, cte="quoted-printable")
        message.add_alternative(email.html, subtype="html", cte="quoted-printable")
        # Set last: turning into multipart moves Content- headers into the first part.
        message["Content-Language"] = email.language
        return message
