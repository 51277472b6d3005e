"""The e-mails that the mail catcher received: one file each, known by Message-ID."""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
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
    """A folder of `.eml` files; those stored earlier are known. An e-mail is parsed when it is
    shown.
    """

    def __init__(self, folder: Path) -> None:
        """Read the folder, or create it."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._ids: dict[str, str] = {}
        """Each e-mail's id by its Message-ID, or by itself for one without."""
        self._parsed: dict[str, StoredEmail] = {}
        self._repeats: Counter[str] = Counter()
        for path in sorted(folder.glob("*.eml")):
            self._ids[_message_id(path.read_bytes()) or path.stem] = path.stem

    def take(self, recipient: str, content: bytes) -> str:
        """Store the e-mail, or count it if one with its Message-ID is stored already; return its
        id.

        The count is in memory only; `recipient` is the envelope's, not the header's.
        """
        message_id = _message_id(content)
        if message_id in self._ids:
            known = self._ids[message_id]
            self._repeats[known] += 1
            return known
        stamp = datetime.now(UTC).strftime(TIME_FORMAT)
        mark = hashlib.sha256(message_id.encode(errors="replace") or content).hexdigest()[:12]
        email_id = f"{stamp}-{_slug(recipient)}-{mark}"
        draft = self._folder / f"{email_id}.draft"
        draft.write_bytes(f"Delivered-To: {recipient}\r\n".encode() + content)
        draft.rename(draft.with_suffix(".eml"))
        self._ids[message_id or email_id] = email_id
        return email_id

    def find(self, to: str = "", number: str = "") -> list[StoredEmail]:
        """The e-mails to an address and about a ticket (each part may be empty), newest first."""
        number_part = number.upper().strip()
        found = [
            email
            for email in map(self._load, self._ids.values())
            if to.strip().lower() in email.to.lower()
            and (not number_part or any(number_part in one for one in email.numbers))
        ]
        return sorted(found, key=lambda email: email.id, reverse=True)

    def get(self, email_id: str) -> StoredEmail | None:
        """The e-mail with that id."""
        return self._load(email_id) if email_id in self._ids.values() else None

    def _load(self, email_id: str) -> StoredEmail:
        if email_id not in self._parsed:
            path = self._folder / f"{email_id}.eml"
            self._parsed[email_id] = _read(email_id, path.read_bytes())
        return replace(self._parsed[email_id], repeats=self._repeats[email_id])


def _message_id(content: bytes) -> str:
    """The Message-ID, empty if there is none; only the headers are parsed."""
    return _header(BytesHeaderParser(policy=policy.compat32).parsebytes(content), "Message-ID")


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


def _header(message: Message, name: str) -> str:
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
