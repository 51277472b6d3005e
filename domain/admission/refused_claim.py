"""A claim that was not accepted, while its workflow runs: messages are logged, e-mails sent."""

from datetime import datetime

from domain.admission.admission import Admission
from domain.codes import RefusalCode
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.changes.emails import OutgoingEmail
from domain.tickets.changes.message_log import log_entry
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.messages.internal import AttentionChanged
from domain.tickets.messages.message import Message


class RefusedClaim:
    """Pending changes of a claim that opened no ticket."""

    def __init__(self, number: str, admission: Admission) -> None:
        """Start after the change set of the admission."""
        self._number = number
        self._result = admission.result
        self._version = 1
        self._emails: list[OutgoingEmail] = []
        self._entries: list[MessageLogEntry] = []
        self._attention_changed = False
        self.attention: set[str] = set()

    @property
    def reason_code(self) -> str | None:
        """The code of the first reason."""
        return next((reason.code for reason in self._result.reasons), None)

    @property
    def has_pending_changes(self) -> bool:
        """Whether there are changes to store."""
        return bool(self._emails or self._entries or self._attention_changed)

    def queue_emails(self, emails: tuple[OutgoingEmail, ...]) -> None:
        """Queue e-mails with the answer to the member."""
        self._emails += emails

    def log_message(self, message: Message, now: datetime, unknown: tuple[str, ...] = ()) -> None:
        """Log a message, or raise or clear an attention flag for an e-mail that cannot be sent."""
        if not isinstance(message, AttentionChanged):
            self._entries.append(log_entry(message, RefusalCode.ACTION_NOT_ALLOWED, now, unknown))
            return
        self._attention_changed = True
        if message.cleared:
            self.attention.discard(message.attention)
        else:
            self.attention.add(message.attention)

    def collect_changes(self) -> ChangeSet:
        """Return the changes since the last change set."""
        self._version += 1
        change_set = ChangeSet(
            number=self._number,
            version=self._version,
            state=self._result.state,
            reason_code=self.reason_code,
            attention=tuple(sorted(self.attention)),
            emails=tuple(self._emails),
            messages=tuple(self._entries),
        )
        self._emails, self._entries, self._attention_changed = [], [], False
        return change_set
