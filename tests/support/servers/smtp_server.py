"""A real SMTP server in this process, whose reply at each step a test chooses."""

from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import default

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from adapters.email.locale_renderer import RenderedEmail

SENDER = "Wsparcie <tickets@example.com>"
JAN = "jan@example.net"
EMAIL = RenderedEmail(
    subject="Zlecenie Wsparcia ZW-4KQ7-P9XT-M2AB-C: potwierdzenie, zażółć gęślą jaźń i dalej",
    text="Dzień dobry!\n\n.\n" + "ż" * 2000 + "\nZW-4KQ7-P9XT-M2AB-C\n",
    html='<html lang="pl"><body><p>Dzień dobry! &lt;b&gt;</p></body></html>\n',
    language="pl",
)


@dataclass
class SmtpRecorder:
    """The messages that the server accepted, and its replies instead of 250 at each step."""

    raw: list[bytes] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    servers: list[SMTP] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    at_sender: str = ""
    at_recipient: str = ""
    at_message: str = ""
    utf8: bool = False
    port: int = 0

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if session not in self.sessions:
            self.sessions.append(session)
            self.servers.append(server)
        envelope.mail_from = address
        return self.at_sender or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.at_recipient or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        self.recipients.append(list(envelope.rcpt_tos))
        return self.at_message or "250 OK"

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def only_message(self) -> EmailMessage:
        assert len(self.raw) == 1
        return parsed(self.raw[0])


def decoded_text(part: MIMEPart | None) -> str:
    """Return the part's text with plain line feeds, as before it was sent."""
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def accept_only_jan(
    server: SMTP, session: Session, envelope: Envelope, _mechanism: str, data: object
) -> AuthResult:
    is_valid = (getattr(data, "login", b""), getattr(data, "password", b"")) == (b"jan", b"s@cret")
    return AuthResult(success=is_valid, handled=False)
