"""What a partner's silence means once its deadline has passed: the profile says."""

from datetime import date, datetime
from enum import StrEnum

from domain.handlers.confirmation import confirmation
from domain.handlers.partner_outcomes import confirm
from domain.tickets.lifecycle import Event, State
from domain.tickets.messages import RejectionReason
from domain.tickets.ticket import Attention, ChangeSet, Ticket
from domain.tickets.ticket_aggregate import SYSTEM, TicketAggregate
from domain.values.types import Money


class TimeoutResult(StrEnum):
    """What the books allowed, under lock: silence confirms only up to the partner's monthly cap."""

    CONFIRMED = "confirmed"
    ESCALATED = "escalated"


def confirmable(course: TicketAggregate, now: datetime) -> Money | None:
    """Return the amount that silence would confirm now, as far as the ticket itself allows it.

    Nothing where a person must decide the amount or the end, or where it is over the ticket's cap.
    """
    ticket, terms = course.ticket, course.ticket.terms.response
    over = ticket.due_at is not None and ticket.due_at <= now
    asks = course.may(Event.PARTNER_SILENT) and over and terms.on_timeout == "confirm"
    if not asks or terms.auto_confirm_max is None:
        return None
    worth = confirmation(ticket, now)
    if worth.attention or worth.amount is None:
        return None
    return worth.amount if worth.amount.amount <= terms.auto_confirm_max.amount else None


def fall_silent(
    course: TicketAggregate, now: datetime, found: TimeoutResult = TimeoutResult.ESCALATED
) -> None:
    """Take the silence as `found`, where the profile does not reject."""
    terms = course.ticket.terms.response
    if found is TimeoutResult.CONFIRMED:
        confirm(course, Event.PARTNER_SILENT, now, SYSTEM, confirmation(course.ticket, now))
    elif terms.on_timeout == "reject":
        reason = RejectionReason.NO_ANSWER
        course.move(Event.PARTNER_SILENT, State.REJECTED, now, reason=reason)
    else:
        course.change(due_at=None)
        course.move(Event.PARTNER_SILENT, course.ticket.state, now)
        course.attend(add=Attention.PARTNER_SILENT)


def foreseen_silence(ticket: Ticket, now: datetime) -> dict[TimeoutResult, ChangeSet]:
    """Return, for each thing the books may allow, the step that is then written."""
    forks = {found: TicketAggregate(ticket) for found in TimeoutResult}
    for found, fork in forks.items():
        fall_silent(fork, now, found)
    return {found: fork.write_down() for found, fork in forks.items()}


def month_of(ticket: Ticket, now: datetime) -> date:
    """Return the first day of the calendar month in the partner's market."""
    return now.astimezone(ticket.terms.market.zone).date().replace(day=1)
