"""Applies a partner's outcome to a ticket (R20, R21, R34)."""

from datetime import datetime
from typing import Final

from domain.codes import MessageCode, RefusalCode
from domain.handlers.handling_result import HandlingResult
from domain.handlers.information_requests import ask_member
from domain.handlers.outcomes.after_confirmation import apply_after_confirmation
from domain.handlers.outcomes.cancellation_period import confirm_by_partner
from domain.handlers.outcomes.confirmation import evaluate_confirmation
from domain.handlers.outcomes.outcome_identity import processed_key, unprocessable_code
from domain.handlers.response_deadlines import skip_overdue_reminders
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.states import Event, State

_TRANSITIONS: Final = {
    "confirmed": (Event.PARTNER_CONFIRMED, State.AWAITING_CANCELLATION_PERIOD),
    "rejected": (Event.PARTNER_REJECTED, State.REJECTED),
    "order_cancelled": (Event.ORDER_CANCELLED, State.REJECTED),
    "information_requested": (Event.INFORMATION_REQUESTED, State.INFORMATION_REQUESTED),
}


def on_partner_outcome(
    aggregate: TicketAggregate, outcome: PartnerOutcome, now: datetime
) -> HandlingResult:
    """Apply `outcome`, and acknowledge it to the outcome inbox in any case."""
    aggregate.acknowledge_outcome(outcome.outcome_id)
    code = apply_outcome(aggregate, outcome, now)
    return HandlingResult(is_log_only=code != MessageCode.APPLIED, log_code=code)


def apply_outcome(aggregate: TicketAggregate, outcome: PartnerOutcome, now: datetime) -> str:
    """Apply `outcome` where the current state allows it; return the code of the result."""
    if code := unprocessable_code(aggregate.ticket, outcome):
        return code
    aggregate.mark_processed(processed_key(outcome))
    _acknowledge_delivery(aggregate, outcome, now)
    if aggregate.ticket.state is State.AWAITING_CANCELLATION_PERIOD:
        return apply_after_confirmation(aggregate, outcome, now)
    if not aggregate.can_transition(*_TRANSITIONS[outcome.outcome]):
        return RefusalCode.ACTION_NOT_ALLOWED
    _apply(aggregate, outcome, now)
    return MessageCode.APPLIED


def _acknowledge_delivery(
    aggregate: TicketAggregate, outcome: PartnerOutcome, now: datetime
) -> None:
    """A partner may answer before its 2xx reaches us: then the answer proves the delivery."""
    if aggregate.ticket.state is State.VALIDATED and aggregate.ticket.delivery_count:
        event, to = Event.CLAIM_SENT, State.SENT_TO_PARTNER
        aggregate.apply_transition(event, to, now, outcome.actor)
        skip_overdue_reminders(aggregate, now)


def _apply(aggregate: TicketAggregate, outcome: PartnerOutcome, now: datetime) -> None:
    event, to = _TRANSITIONS[outcome.outcome]
    match event:
        case Event.PARTNER_CONFIRMED:
            confirmation = evaluate_confirmation(aggregate.ticket, now, outcome)
            confirm_by_partner(aggregate, outcome, now, confirmation)
        case Event.INFORMATION_REQUESTED:
            questions = outcome.questions or ((outcome.note,) if outcome.note else ())
            ask_member(aggregate, questions, now, outcome.actor)
        case _:
            reason = _rejection_reason(outcome)
            actor, entry = outcome.actor, outcome.note
            aggregate.apply_transition(event, to, now, actor, reason=reason, note=entry)


def _rejection_reason(outcome: PartnerOutcome) -> RejectionReason:
    if outcome.outcome == "order_cancelled":
        return RejectionReason.ORDER_CANCELLED
    return outcome.reason_code or RejectionReason.OTHER
