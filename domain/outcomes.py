"""What a partner's outcome does to a ticket, and what a confirmation, whoever gives it, starts
(R20, R21, R34).
"""

from datetime import datetime
from typing import Final

from domain.clocks import leave_out_overdue_reminders
from domain.confirmation import Confirmation, confirmation
from domain.course import Course, money
from domain.errors import MessageRefused
from domain.lifecycle import Event, State
from domain.messages import PartnerOutcome, RejectionReason
from domain.numbers import read_number
from domain.questions import NOT_NOW, ask
from domain.ticket import REMEMBERED

APPLIED: Final = "applied"
_ARROW: Final = {
    "confirmed": (Event.PARTNER_CONFIRMED, State.AWAITING_CANCELLATION_PERIOD),
    "rejected": (Event.PARTNER_REJECTED, State.REJECTED),
    "order_cancelled": (Event.ORDER_CANCELLED, State.REJECTED),
    "information_requested": (Event.INFORMATION_REQUESTED, State.INFORMATION_REQUESTED),
}


def take_outcome(course: Course, outcome: PartnerOutcome, now: datetime) -> str:
    """Apply `outcome` where it can be applied; return the code of what became of it."""
    if stray := _stray(course, outcome):
        return stray
    remember(course, f"outcome:{outcome.outcome_id}")
    event, to = _ARROW[outcome.outcome]
    actor = f"partner:{outcome.partner_id}"
    # A partner may answer before its 2xx reaches us: the answer proves that the claim arrived.
    if course.ticket.state is State.VALIDATED and course.ticket.deliveries:
        course.move(Event.CLAIM_SENT, State.SENT_TO_PARTNER, now, actor)
        leave_out_overdue_reminders(course, now)
    if not course.may(event, to):
        return NOT_NOW
    if event is Event.PARTNER_CONFIRMED:
        confirm(course, event, now, actor, confirmation(course.ticket, now, outcome), outcome.note)
    elif event is Event.INFORMATION_REQUESTED:
        ask(course, outcome.questions or _in_words(outcome), now, actor)
    else:
        course.move(event, to, now, actor, reason=_reason(outcome), note=outcome.note)
    return APPLIED


def confirm(
    course: Course,
    event: Event,
    now: datetime,
    actor: str,
    worth: Confirmation,
    note: str | None = None,
) -> None:
    """Begin the cancellation period; what a person must decide first becomes attention."""
    zone = course.ticket.terms.market.zone
    course.change(confirmed=worth.amount, cancellation_ends_at=worth.ends_at, due_at=worth.ends_at)
    # A period that is over already makes the reward due now, not on a day that has passed.
    ends_at = max(worth.ends_at, now) if worth.ends_at and not worth.attention else None
    letter = {
        "due_on": ends_at.astimezone(zone).date().isoformat() if ends_at else None,
        "amount": money(worth.amount),
    }
    to = State.AWAITING_CANCELLATION_PERIOD
    course.move(event, to, now, actor, note=note, letter=letter)
    for reason in worth.attention:
        course.attend(add=reason)


def _in_words(outcome: PartnerOutcome) -> tuple[str, ...]:
    return (outcome.note,) if outcome.note else ()


def remember(course: Course, key: str) -> None:
    """Keep the id of a message that was heard."""
    course.change(heard=(*course.ticket.heard, key)[-REMEMBERED:])


def _reason(outcome: PartnerOutcome) -> RejectionReason:
    if outcome.outcome == "order_cancelled":
        return RejectionReason.ORDER_CANCELLED
    return outcome.reason_code or RejectionReason.OTHER


def _stray(course: Course, outcome: PartnerOutcome) -> str | None:
    if outcome.partner_id != course.ticket.partner_id:
        return "other_partner"
    if outcome.number and not _same_number(outcome.number, course.ticket.number):
        return "other_ticket"
    known = f"outcome:{outcome.outcome_id}" in course.ticket.heard
    return "repeated" if known else None


def _same_number(told: str, number: str) -> bool:
    try:
        return read_number(told) == number
    except MessageRefused:
        return False
