"""Reports of the workflow's own tasks: deliveries and e-mails."""

from datetime import datetime
from typing import Final

from domain.handlers.handling_result import HandlingResult
from domain.handlers.response_deadlines import skip_overdue_reminders
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.attention import EMAIL_ATTENTION, PERMANENT_DELIVERY_FAILURES, Attention
from domain.tickets.messages.internal import AttentionChanged, Delivered
from domain.tickets.states import Event, State

_DELIVERING: Final = (State.VALIDATED, State.SENT_TO_PARTNER)
_REASONS: Final = {reason.value: reason for reason in Attention}


def on_delivered(aggregate: TicketAggregate, message: Delivered, now: datetime) -> HandlingResult:
    """Record that the partner accepted the claim."""
    aggregate.acknowledge_delivery(message.reference)
    if aggregate.can_transition(Event.CLAIM_SENT, State.SENT_TO_PARTNER):
        aggregate.apply_transition(Event.CLAIM_SENT, State.SENT_TO_PARTNER, now)
        skip_overdue_reminders(aggregate, now)
    return HandlingResult()


def on_attention_changed(aggregate: TicketAggregate, message: AttentionChanged) -> HandlingResult:
    """Add or clear a reason for attention; an unknown failure counts as a rejected request."""
    reason = _REASONS.get(message.attention, Attention.PARTNER_CONTRACT_FAULT)
    if message.cleared:
        aggregate.remove_attention({reason})
    elif reason in EMAIL_ATTENTION or aggregate.ticket.state in _DELIVERING:
        aggregate.add_attention(reason)
        if reason in PERMANENT_DELIVERY_FAILURES:
            aggregate.set_delivery(None)
    return HandlingResult()
