"""A partner's outcome after its confirmation, while the cancellation period lasts
(docs/requirements.md, "After a confirmation").
"""

from datetime import datetime

from domain.codes import MessageCode, RefusalCode
from domain.handlers.outcomes.cancellation_period import UNDECIDED_ATTENTION, confirm_by_partner
from domain.handlers.outcomes.confirmation import evaluate_repeated_confirmation
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.attention import Attention
from domain.tickets.discrepancies import MAX_CONFIRMATION_CHANGES
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.states import Event, State
from domain.tickets.ticket import Ticket


def apply_after_confirmation(
    aggregate: TicketAggregate, outcome: PartnerOutcome, now: datetime
) -> str:
    """Change or cancel the confirmation; return the code of the result."""
    if outcome.outcome == "information_requested":
        return RefusalCode.ACTION_NOT_ALLOWED
    confirms = outcome.outcome == "confirmed"
    if _is_outdated(aggregate.ticket, outcome):
        if not confirms:  # a person finds out which of the two is true before anything is paid
            aggregate.add_attention(Attention.OUTCOME_CONTRADICTED)
        return MessageCode.OUTDATED
    if confirms:
        return _confirm_again(aggregate, outcome, now)
    reason = outcome.outcome == "rejected" and outcome.reason_code
    aggregate.apply_transition(
        Event.ORDER_CANCELLED,
        State.REJECTED,
        now,
        outcome.actor,
        reason=reason or RejectionReason.ORDER_CANCELLED,
        note=outcome.note,
    )
    return MessageCode.APPLIED


def _confirm_again(aggregate: TicketAggregate, outcome: PartnerOutcome, now: datetime) -> str:
    confirmation = evaluate_repeated_confirmation(aggregate.ticket, now, outcome)
    if confirmation is None:
        return MessageCode.UNCHANGED
    if _count_changes(aggregate.ticket) >= MAX_CONFIRMATION_CHANGES:
        aggregate.add_attention(Attention.OUTCOME_CONTRADICTED)
        return MessageCode.TOO_MANY_CHANGES
    aggregate.remove_attention(UNDECIDED_ATTENTION)
    confirm_by_partner(aggregate, outcome, now, confirmation)
    return MessageCode.APPLIED


def _count_changes(ticket: Ticket) -> int:
    return sum(
        transition.event is Event.PARTNER_CONFIRMED
        and transition.from_state is State.AWAITING_CANCELLATION_PERIOD
        for transition in ticket.transitions
    )


def _is_outdated(ticket: Ticket, outcome: PartnerOutcome) -> bool:
    """Return whether the confirmation in effect is newer than `outcome`, if both state a time."""
    confirmed_at = ticket.confirmation_occurred_at
    return bool(confirmed_at and outcome.occurred_at and outcome.occurred_at < confirmed_at)
