"""Changes of a ticket that are not stored yet."""

from dataclasses import dataclass, field

from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.changes.emails import OutgoingEmail
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.changes.transition import Transition
from domain.tickets.ticket import Ticket, to_resume_state
from domain.tickets.ticket_limits import MAX_PENDING_MESSAGES, MAX_PENDING_UNLOGGED_MESSAGES


@dataclass
class PendingChanges:
    """Collects changes; `left_out` is the number of unlogged messages that is stored already."""

    left_out: int
    transitions: list[Transition] = field(default_factory=list)
    emails: list[OutgoingEmail] = field(default_factory=list)
    messages: list[MessageLogEntry] = field(default_factory=list)
    results: list[StoredRequestResult] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)

    def is_full(self, ticket: Ticket) -> bool:
        """Return whether so many messages are pending that they should be stored now."""
        unlogged = max(ticket.messages_left_out - self.left_out, len(self.acknowledged))
        return (
            len(self.messages) >= MAX_PENDING_MESSAGES or unlogged >= MAX_PENDING_UNLOGGED_MESSAGES
        )

    def has_any(self, ticket: Ticket) -> bool:
        """Return whether anything has to be stored."""
        changed = self.transitions or self.emails or self.messages or self.results
        return bool(changed or self.acknowledged) or ticket.messages_left_out > self.left_out

    def to_change_set(self, ticket: Ticket) -> ChangeSet:
        """Return the pending changes with the state of `ticket` after them."""
        return ChangeSet(
            number=ticket.number,
            version=ticket.version,
            state=ticket.state,
            reason_code=ticket.reason_code,
            due_at=ticket.due_at,
            cancellation_ends_at=ticket.cancellation_ends_at,
            attention=ticket.attention,
            confirmed_amount=ticket.confirmed_amount,
            proposal=ticket.proposal,
            approval=ticket.approval,
            partner_reference=ticket.partner_reference,
            transitions=tuple(self.transitions),
            emails=tuple(self.emails),
            messages=tuple(self.messages),
            results=tuple(self.results),
            resumptions=ticket.resumptions,
            resume_state=to_resume_state(ticket),
            acknowledged_outcome_ids=tuple(self.acknowledged),
            messages_left_out=ticket.messages_left_out,
        )
