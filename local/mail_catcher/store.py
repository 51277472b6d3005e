"""The e-mails that the mail catcher received: one file each, known by Message-ID."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from pathlib import Path

NUMBER = re.compile(r"ZW-(?:[0-9A-Z]{4}-){3}[0-9A-Z]")
TIME_FORMAT = "%Y%m%dT%H%M%S.%fZ"
MAX_SLUG_LENGTH = 60


@dataclass(frozen=True)
class StoredEmail:
    """One e-mail; its content is not trusted. `repeats`: how often it was received again."""

    id: str
    taken_at: datetime
    to: str
    sender: str
    subject: str
    message_id: str
    language: str
    numbers: tuple[str, ...]
    text: str
    html: str
    repeats: int = 0


class MailStore:
    """A folder of `.eml` files; those stored earlier are loaded."""

    def __init__(self, folder: Path) -> None:
        """Read the folder, or create it."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._emails: dict[str, StoredEmail] = {}
        for path in sorted(folder.glob("*.eml")):
            self._remember(_read(path.stem, path.read_bytes()))

    def take(self, recipient: str, content: bytes) -> StoredEmail:
        """Store the e-mail, or count it if one with its Message-ID is stored already.

        The count is in memory only; `recipient` is the envelope's, not the header's.
        """
        message_id = _header(_parsed(content), "Message-ID")
        known = self._emails.get(message_id) if message_id else None
        if known is not None:
            return self._remember(replace(known, repeats=known.repeats + 1))
        stamp = datetime.now(UTC).strftime(TIME_FORMAT)
        mark = hashlib.sha256(message_id.encode(errors="replace") or content).hexdigest()[:12]
        email_id = f"{stamp}-{_slug(recipient)}-{mark}"
        stored = f"Delivered-To: {recipient}\r\n".encode() + content
        draft = self._folder / f"{email_id}.draft"
        draft.write_bytes(stored)
        draft.rename(draft.with_suffix(".eml"))
        return self._remember(_read(email_id, stored))

    def find(self, to: str = "", number: str = "") -> list[StoredEmail]:
        """The e-mails to an address and about a ticket (each part may be empty), newest first."""
        number_part = number.upper().strip()
        found = [
            email
            for email in self._emails.values()
            if to.strip().lower() in email.to.lower()
            and (not number_part or any(number_part in one for one in email.numbers))
        ]
        return sorted(found, key=lambda email: email.id, reverse=True)

    def get(self, email_id: str) -> StoredEmail | None:
        """The e-mail with that id."""
        return next((one for one in self._emails.values() if one.id == email_id), None)

    def _remember(self, email: StoredEmail) -> StoredEmail:
        self._emails[email.message_id or email.id] = email
        return email


def _parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    if not isinstance(message, EmailMessage):
        raise TypeError("the default policy makes EmailMessage")
    return message


def _read(email_id: str, stored: bytes) -> StoredEmail:
    message = _parsed(stored)
    text = _part(message, "plain")
    subject = _header(message, "Subject")
    return StoredEmail(
        id=email_id,
        taken_at=datetime.strptime(email_id.split("-")[0], TIME_FORMAT).replace(tzinfo=UTC),
        to=_header(message, "Delivered-To"),
        sender=_header(message, "From"),
        subject=subject,
        message_id=_header(message, "Message-ID"),
        language=_header(message, "Content-Language"),
        numbers=tuple(dict.fromkeys(NUMBER.findall(f"{subject}\n{text}"))),
        text=text,
        html=_part(message, "html"),
    )


def _header(message: EmailMessage, name: str) -> str:
    """The header's first value; one that Python's parser rejects is shown raw."""
    try:
        return str(message.get(name, "")).strip()
    except (ValueError, LookupError, AttributeError, TypeError, MessageError):
        raw = (value for key, value in message.raw_items() if key.lower() == name.lower())
        return str(next(raw, "")).strip()


def _part(message: EmailMessage, kind: str) -> str:
    """The e-mail's text or HTML, decoded as far as possible."""
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError, KeyError):
        raw = part.get_payload(decode=True)
        return raw.decode(errors="replace") if isinstance(raw, bytes) else ""


def _slug(recipient: str) -> str:
    """The recipient as part of a file name: lower-case letters, digits and dashes only."""
    return re.sub(r"[^a-z0-9]+", "-", recipient.lower()).strip("-")[:MAX_SLUG_LENGTH] or "nobody"
