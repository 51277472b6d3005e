"""The transitions of a ticket, with the e-mails that they call for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from domain.tickets.aggregate.amounts import Amounts
from domain.tickets.aggregate.deadlines import Deadlines
from domain.tickets.aggregate.deliveries import Deliveries
from domain.tickets.aggregate.message_records import MessageRecords
from domain.tickets.aggregate.pending_changes import PendingChanges
from domain.tickets.attention import attention_cleared_in
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.changes.emails import (
    OutgoingEmail,
    decision_params,
    email_for_transition,
)
from domain.tickets.changes.transition import Transition
from domain.tickets.lifecycle import Lifecycle
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.states import Event, State
from domain.tickets.ticket import Ticket
from domain.tickets.ticket_limits import MAX_QUESTIONS_PER_TICKET

SYSTEM: Final = "system"
_DELIVERING: Final = (State.VALIDATED, State.SENT_TO_PARTNER)


class TicketTransitions(Amounts, Deliveries, MessageRecords, Deadlines):
    """A ticket that changes its state by the transition table, and collects its changes."""

    def __init__(self, ticket: Ticket) -> None:
        """Start from `ticket`, with nothing pending."""
        super().__init__(ticket)
        self._lifecycle = Lifecycle(ticket.state)

    @property
    def is_closed(self) -> bool:
        """Return whether the ticket has reached a final state."""
        return self.ticket.state.is_final

    @property
    def has_many_pending_messages(self) -> bool:
        """Return whether so many messages are pending that they should be stored now."""
        return self._pending.is_full(self.ticket)

    @property
    def has_pending_changes(self) -> bool:
        """Return whether anything has to be stored."""
        return self._pending.has_any(self.ticket)

    def can_transition(self, event: Event, to: State | None = None) -> bool:
        """Return whether `event` leads from the current state (to `to`, if given)."""
        limit_reached = (
            event is Event.INFORMATION_REQUESTED
            and self.ticket.question_count >= MAX_QUESTIONS_PER_TICKET
        )
        return not limit_reached and self._lifecycle.can_fire(event, to)

    def apply_transition(
        self,
        event: Event,
        to: State,
        now: datetime,
        actor: str = SYSTEM,
        *,
        reason: RejectionReason | None = None,
        note: str | None = None,
        email_params: Mapping[str, object] | None = None,
    ) -> None:
        """Make the transition, record it, and queue the e-mail that it calls for."""
        ticket = self.ticket
        self._lifecycle.fire(event, to)
        transition = Transition(
            seq=len(ticket.transitions) + 1,
            event=event,
            from_state=ticket.state,
            to=to,
            at=now,
            reason_code=reason,
            actor=actor,
            note=note,
        )
        self._pending.transitions.append(transition)
        self._queue_email_for(transition, dict(email_params or {}))
        self._enter_state(transition)

    def _queue_email_for(self, transition: Transition, params: dict[str, object]) -> None:
        kind = email_for_transition(transition.event, transition.from_state, transition.to)
        if kind is None:
            return
        params |= decision_params(transition)
        key, language = f"{transition.seq}-{kind}", self.ticket.language
        self.queue_email(OutgoingEmail(key=key, kind=kind, language=language, params=params))

    def _enter_state(self, transition: Transition) -> None:
        to = transition.to
        history = (*self.ticket.transitions, transition.model_copy(update={"note": None}))
        self._replace(
            state=to,
            transitions=history,
            reason_code=transition.reason_code or self.ticket.reason_code,
            proposal=None,  # a proposal is about the state in which it was made
        )
        self.remove_attention(attention_cleared_in(to))
        if to not in _DELIVERING:
            self.set_delivery(None)
        if to.is_final:
            self.clear_deadline()

    def queue_email(self, email: OutgoingEmail) -> None:
        """Queue an e-mail; it is sent once the change set is stored."""
        self._pending.emails.append(email)

    def collect_changes(self) -> ChangeSet:
        """Return everything that changed since the last call, under the next version."""
        self._replace(version=self.ticket.version + 1)
        change_set = self._pending.to_change_set(self.ticket)
        self._pending = PendingChanges(self.ticket.messages_left_out)
        return change_set
