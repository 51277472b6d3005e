"""What a partner's outcome does to a ticket, and what a confirmation, whoever gives it, starts
(R20, R21, R34).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from domain.claims.parsing import content_digest
from domain.codes import MessageCode, RefusalCode
from domain.errors import RequestRejected
from domain.handlers.confirmation import (
    Confirmation,
    evaluate_confirmation,
    evaluate_repeated_confirmation,
)
from domain.handlers.information_requests import ask_member
from domain.handlers.response_deadlines import skip_overdue_reminders
from domain.tickets.approvals import Approval
from domain.tickets.attention import Attention
from domain.tickets.discrepancies import (
    MAX_CONFIRMATION_CHANGES,
)
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.states import Event, State
from domain.tickets.ticket import MAX_REMEMBERED_IDS, Ticket
from domain.tickets.ticket_aggregate import TicketAggregate, money_as_json
from domain.values.ticket_number import parse_number

UNDECIDED_ATTENTION: Final = frozenset(
    {Attention.AMOUNT_UNDECIDED, Attention.CANCELLATION_END_UNKNOWN}
)
"""What a confirmation that names it, by the partner or an agent, makes up for."""
_TRANSITIONS: Final = {
    "confirmed": (Event.PARTNER_CONFIRMED, State.AWAITING_CANCELLATION_PERIOD),
    "rejected": (Event.PARTNER_REJECTED, State.REJECTED),
    "order_cancelled": (Event.ORDER_CANCELLED, State.REJECTED),
    "information_requested": (Event.INFORMATION_REQUESTED, State.INFORMATION_REQUESTED),
}


def apply_outcome(aggregate: TicketAggregate, outcome: PartnerOutcome, now: datetime) -> str:
    """Apply `outcome` where it can be applied; return the code of what became of it."""
    if stray := _rejection_code(aggregate, outcome):
        return stray
    mark_processed(aggregate, _processed_key(outcome))
    event, to = _TRANSITIONS[outcome.outcome]
    actor = f"partner:{outcome.partner_id}"
    # A partner may answer before its 2xx reaches us: the answer proves that the claim arrived.
    if aggregate.ticket.state is State.VALIDATED and aggregate.ticket.delivery_count:
        aggregate.apply_transition(Event.CLAIM_SENT, State.SENT_TO_PARTNER, now, actor)
        skip_overdue_reminders(aggregate, now)
    if aggregate.ticket.state is State.AWAITING_CANCELLATION_PERIOD:
        return _apply_after_confirmation(aggregate, outcome, now, actor)
    if not aggregate.can_transition(event, to):
        return RefusalCode.ACTION_NOT_ALLOWED
    if event is Event.PARTNER_CONFIRMED:
        _apply_confirmation(
            aggregate, outcome, now, actor, evaluate_confirmation(aggregate.ticket, now, outcome)
        )
    elif event is Event.INFORMATION_REQUESTED:
        ask_member(aggregate, outcome.questions or _note_as_question(outcome), now, actor)
    else:
        aggregate.apply_transition(
            event, to, now, actor, reason=_rejection_reason(outcome), note=outcome.note
        )
    return MessageCode.APPLIED


def _apply_after_confirmation(
    aggregate: TicketAggregate, outcome: PartnerOutcome, now: datetime, actor: str
) -> str:
    """Take what a partner says after its confirmation, while the cancellation period lasts."""
    if outcome.outcome == "information_requested":
        return RefusalCode.ACTION_NOT_ALLOWED
    confirms = outcome.outcome == "confirmed"
    if _is_outdated(aggregate.ticket, outcome):
        if not confirms:  # which of the two is true, a person finds out before anything is paid
            aggregate.add_attention(Attention.OUTCOME_CONTRADICTED)
        return MessageCode.OUTDATED
    if not confirms:
        event, to = _TRANSITIONS["order_cancelled"]
        keeps = outcome.outcome == "rejected" and outcome.reason_code
        reason = keeps or RejectionReason.ORDER_CANCELLED
        aggregate.apply_transition(event, to, now, actor, reason=reason, note=outcome.note)
        return MessageCode.APPLIED
    return _apply_repeated_confirmation(aggregate, outcome, now, actor)


def _apply_repeated_confirmation(
    aggregate: TicketAggregate, outcome: PartnerOutcome, now: datetime, actor: str
) -> str:
    worth = evaluate_repeated_confirmation(aggregate.ticket, now, outcome)
    if worth is None:
        return MessageCode.UNCHANGED
    if _count_confirmation_changes(aggregate.ticket) >= MAX_CONFIRMATION_CHANGES:
        aggregate.add_attention(Attention.OUTCOME_CONTRADICTED)
        return MessageCode.TOO_MANY_CHANGES
    aggregate.remove_attention(UNDECIDED_ATTENTION)
    _apply_confirmation(aggregate, outcome, now, actor, worth)
    return MessageCode.APPLIED


def _count_confirmation_changes(ticket: Ticket) -> int:
    event, to = _TRANSITIONS["confirmed"]
    return sum(move.event is event and move.from_state is to for move in ticket.transitions)


def _is_outdated(ticket: Ticket, outcome: PartnerOutcome) -> bool:
    """Say whether an outcome was overtaken by the confirmation that stands, where both say when."""
    stands = ticket.confirmation_occurred_at
    return bool(stands and outcome.occurred_at and outcome.occurred_at < stands)


def _apply_confirmation(
    aggregate: TicketAggregate,
    outcome: PartnerOutcome,
    now: datetime,
    actor: str,
    worth: Confirmation,
) -> None:
    """Confirm in the partner's words; a clock that runs ahead makes nothing else older."""
    ticket, at = aggregate.ticket, outcome.occurred_at
    aggregate.change(
        stated_amount=outcome.reward or ticket.stated_amount,
        confirmation_occurred_at=min(at, now) if at else ticket.confirmation_occurred_at,
    )
    begin_cancellation_period(aggregate, Event.PARTNER_CONFIRMED, now, actor, worth, outcome.note)


def begin_cancellation_period(
    aggregate: TicketAggregate,
    event: Event,
    now: datetime,
    actor: str,
    worth: Confirmation,
    note: str | None = None,
    approval: Approval | None = None,
) -> None:
    """Begin the cancellation period; what a person must decide first becomes attention.

    An amount above the maximum comes with the `approval` of two agents, or had one before.
    """
    zone = aggregate.ticket.terms.market.zone
    approved = approval or aggregate.ticket.approval
    aggregate.change(
        confirmed_amount=worth.amount,
        approval=approved if approved and approved.amount == worth.amount else None,
        cancellation_ends_at=worth.ends_at,
        due_at=worth.ends_at,
    )
    # A period that is over already makes the reward due now, not on a day that has passed.
    ends_at = max(worth.ends_at, now) if worth.ends_at and not worth.attention else None
    letter = {
        "due_on": ends_at.astimezone(zone).date().isoformat() if ends_at else None,
        "amount": money_as_json(worth.amount),
    }
    to = State.AWAITING_CANCELLATION_PERIOD
    aggregate.apply_transition(event, to, now, actor, note=note, letter=letter)
    for reason in worth.attention:
        aggregate.add_attention(reason)


def _note_as_question(outcome: PartnerOutcome) -> tuple[str, ...]:
    return (outcome.note,) if outcome.note else ()


def mark_processed(aggregate: TicketAggregate, key: str) -> None:
    """Keep the id of a message that was heard."""
    aggregate.change(
        processed_message_ids=(*aggregate.ticket.processed_message_ids, key)[-MAX_REMEMBERED_IDS:]
    )


def _rejection_reason(outcome: PartnerOutcome) -> RejectionReason:
    if outcome.outcome == "order_cancelled":
        return RejectionReason.ORDER_CANCELLED
    return outcome.reason_code or RejectionReason.OTHER


def _rejection_code(aggregate: TicketAggregate, outcome: PartnerOutcome) -> str | None:
    if outcome.partner_id != aggregate.ticket.partner_id:
        return MessageCode.WRONG_PARTNER
    if outcome.number and not _same_number(outcome.number, aggregate.ticket.number):
        return MessageCode.WRONG_TICKET
    return _duplicate_code(aggregate.ticket.processed_message_ids, outcome)


def _duplicate_code(heard: Iterable[str], outcome: PartnerOutcome) -> str | None:
    """Say whether an outcome of this id was heard before, and whether it said the same."""
    own = _processed_key(outcome)
    named, _, said = own.partition(" ")
    before = {rest for one, _, rest in (known.partition(" ") for known in heard) if one == named}
    if not before:
        return None
    # A ticket that was taken up again knows the ids alone: the database compares the contents.
    return MessageCode.DUPLICATE_MESSAGE if before & {said, ""} else MessageCode.OUTCOME_ID_REUSED


def _processed_key(outcome: PartnerOutcome) -> str:
    """Return how an outcome is remembered: its id, and what it said apart from when."""
    content = outcome.model_dump(mode="json", exclude={"occurred_at", "number"})
    return f"outcome:{outcome.outcome_id} {content_digest(content)[:16]}"


def _same_number(told: str, number: str) -> bool:
    try:
        return parse_number(told) == number
    except RequestRejected:
        return False
