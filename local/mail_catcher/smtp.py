"""The SMTP side of the mail catcher, and its failure modes."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum

from aiosmtpd.smtp import SMTP, Envelope, Session

from local.mail_catcher.store import MailStore
from local.stack.ports import HOST

MAX_EMAIL_BYTES = 5_000_000  # bytes


class SmtpMode(StrEnum):
    """What the mail server does with every e-mail."""

    OK = "ok"
    REFUSE_TEMPORARILY = "refuse_temporarily"
    REFUSE_PERMANENTLY = "refuse_for_good"
    CLOSE = "close"


@dataclass
class SmtpBehavior:
    """The current mode, which the web side sets."""

    smtp: SmtpMode = SmtpMode.OK


REFUSALS = {
    SmtpMode.REFUSE_TEMPORARILY: "451 4.3.0 not now, try again later",
    SmtpMode.REFUSE_PERMANENTLY: "550 5.1.1 no such mailbox",
}


class SmtpHandler:
    """Accepts e-mails for every address; the names of its methods are aiosmtpd's."""

    def __init__(self, store: MailStore, behaviour: SmtpBehavior) -> None:
        """Store e-mails as long as the mode is `ok`."""
        self._store = store
        self._behaviour = behaviour

    async def handle_RCPT(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Accept the recipient, or refuse it as the mode demands."""
        refusal = REFUSALS.get(self._behaviour.smtp)
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Store the e-mail; `close` cuts the connection and stores nothing."""
        if self._behaviour.smtp is SmtpMode.CLOSE:
            if server.transport is not None:
                server.transport.close()
            return "421 4.3.2 closing"
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        self._store.take(", ".join(envelope.rcpt_tos), raw)
        return "250 OK"


async def listen(store: MailStore, behaviour: SmtpBehavior, port: int) -> asyncio.Server:
    """Accept e-mails on the port, in this event loop."""
    loop = asyncio.get_running_loop()
    catcher = SmtpHandler(store, behaviour)

    def protocol() -> SMTP:
        return SMTP(
            catcher,
            data_size_limit=MAX_EMAIL_BYTES,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="mail catcher",
            loop=loop,
        )

    return await loop.create_server(protocol, HOST, port)
