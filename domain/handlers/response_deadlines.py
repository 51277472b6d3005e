"""Reminders before a response deadline, and the next timer of a ticket (R31)."""

from datetime import datetime
from typing import Final

from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.states import State
from domain.tickets.ticket import Ticket
from domain.values import periods
from domain.values.periods import Period

_TIMER_DESCRIPTIONS: Final = {
    State.ON_HOLD: "the hold",
    State.INFORMATION_REQUESTED: "the member's answer",
    State.AWAITING_CANCELLATION_PERIOD: "the cancellation period",
}


def skip_overdue_reminders(aggregate: TicketAggregate, now: datetime) -> None:
    """Skip reminders that fell due before the partner received the claim."""
    while (reminder_at := next_reminder(aggregate.ticket)) and reminder_at <= now:
        aggregate.count_reminder()


def next_timer(ticket: Ticket) -> datetime | None:
    """Return when the next reminder or the deadline is due."""
    times = [at for at in (next_reminder(ticket), ticket.due_at) if at]
    return min(times, default=None)


def next_reminder(ticket: Ticket) -> datetime | None:
    """Return when the next reminder is due; `None` from the deadline on."""
    due_at, started_at = ticket.due_at, ticket.deadline_started_at
    intervals = _reminder_intervals(ticket)
    if due_at is None or started_at is None or ticket.reminders_sent >= len(intervals):
        return None
    zone = ticket.terms.market.zone
    reminder_at = periods.add_period(started_at, intervals[ticket.reminders_sent], zone)
    return reminder_at if reminder_at < due_at else None


def _reminder_intervals(ticket: Ticket) -> tuple[Period, ...]:
    match ticket.state:
        case State.SENT_TO_PARTNER:
            return ticket.terms.response.reminders
        case State.INFORMATION_REQUESTED:
            return ticket.terms.information.reminders
    return ()


def awaited_event(ticket: Ticket) -> str:
    """Return what the ticket waits for, as the summary of its timer."""
    return _TIMER_DESCRIPTIONS.get(ticket.state, "the partner's answer")
