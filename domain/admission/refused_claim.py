"""A claim that was not accepted, while its workflow lasts: what came meanwhile is kept."""

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
    """What there is left to write down about a claim that opened no ticket."""

    def __init__(self, number: str, admission: Admission) -> None:
        """Begin after the trace that admission left."""
        self._number = number
        self._result = admission.result
        self._version = 1
        self._letters: list[OutgoingEmail] = []
        self._notes: list[MessageLogEntry] = []
        self._troubled = False
        self.attention: set[str] = set()

    @property
    def reason_code(self) -> str | None:
        """The first reason of the refusal."""
        return next((reason.code for reason in self._result.reasons), None)

    @property
    def has_pending_changes(self) -> bool:
        """Say whether anything waits to be written down."""
        return bool(self._letters or self._notes or self._troubled)

    def queue_emails(self, letters: tuple[OutgoingEmail, ...]) -> None:
        """Owe the member the answer by letter."""
        self._letters += letters

    def log_message(self, message: Message, now: datetime, unknown: tuple[str, ...] = ()) -> None:
        """Keep a message; a letter in trouble asks for attention, or no longer does."""
        if not isinstance(message, AttentionChanged):
            self._notes.append(log_entry(message, RefusalCode.ACTION_NOT_ALLOWED, now, unknown))
        else:
            self._troubled = True
            (self.attention.discard if message.cleared else self.attention.add)(message.attention)

    def collect_changes(self) -> ChangeSet:
        """Hand out what has collected since the last writing."""
        self._version += 1
        change_set = ChangeSet(
            number=self._number,
            version=self._version,
            state=self._result.state,
            reason_code=self.reason_code,
            attention=tuple(sorted(self.attention)),
            emails=tuple(self._letters),
            messages=tuple(self._notes),
        )
        self._letters, self._notes, self._troubled = [], [], False
        return change_set
