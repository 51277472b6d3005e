"""The clocks of a ticket: the partner's time to answer, the member's, and the reminders before it.

A question stops the partner's clock, and the rest of it runs on afterwards. Reminders are counted
from the moment at which the clock that runs now began.
"""

from datetime import datetime
from typing import Final

from domain.tickets.attention import Attention
from domain.tickets.states import State
from domain.tickets.ticket import Ticket
from domain.tickets.ticket_aggregate import TicketAggregate
from domain.values import periods
from domain.values.periods import Period

_PARTNER_REMINDER_STATE: Final = State.SENT_TO_PARTNER
_MEMBER_REMINDER_STATE: Final = State.INFORMATION_REQUESTED

_TIMER_DESCRIPTIONS: Final = {
    State.ON_HOLD: "the hold",
    State.INFORMATION_REQUESTED: "the member's answer",
    State.AWAITING_CANCELLATION_PERIOD: "the cancellation period",
}


def pause_partner_deadline(aggregate: TicketAggregate, now: datetime) -> None:
    """Stop the partner's clock and start the member's."""
    ticket = aggregate.ticket
    left = ticket.due_at - now if ticket.due_at else None
    elapsed = now - ticket.deadline_started_at if ticket.deadline_started_at else None
    within = ticket.terms.information.deadline
    aggregate.change(
        partner_time_remaining=left,
        partner_time_elapsed=elapsed,
        partner_reminders_sent=ticket.reminders_sent,
        due_at=periods.add_period(now, within, ticket.terms.market.zone),
        deadline_started_at=now,
        reminders_sent=0,
    )


def resume_partner_deadline(aggregate: TicketAggregate, now: datetime) -> None:
    """Let the rest of the partner's time run on; one that was over already stays over."""
    ticket = aggregate.ticket
    left, used = ticket.partner_time_remaining, ticket.partner_time_elapsed
    if left is None:
        aggregate.add_attention(Attention.PARTNER_SILENT)  # nobody else would look at it again
    aggregate.change(
        due_at=now + left if left is not None else None,
        deadline_started_at=now - used if used is not None else None,
        reminders_sent=ticket.partner_reminders_sent,
        partner_time_remaining=None,
        partner_time_elapsed=None,
    )


def skip_overdue_reminders(aggregate: TicketAggregate, now: datetime) -> None:
    """Remind a partner that has only now got the claim of nothing that was due before."""
    while (moment := next_reminder(aggregate.ticket)) and moment <= now:
        aggregate.change(reminders_sent=aggregate.ticket.reminders_sent + 1)


def next_timer(ticket: Ticket) -> datetime | None:
    """Return the moment at which the ticket must look up next: a reminder, or its deadline."""
    reminder = next_reminder(ticket)
    moments = [moment for moment in (reminder, ticket.due_at) if moment]
    return min(moments, default=None)


def next_reminder(ticket: Ticket) -> datetime | None:
    """Return when the next reminder is due; none once the deadline has come."""
    reminders = _reminders(ticket)
    if (
        ticket.due_at is None
        or ticket.deadline_started_at is None
        or ticket.reminders_sent >= len(reminders)
    ):
        return None
    zone = ticket.terms.market.zone
    moment = periods.add_period(ticket.deadline_started_at, reminders[ticket.reminders_sent], zone)
    return moment if moment < ticket.due_at else None


def _reminders(ticket: Ticket) -> tuple[Period, ...]:
    if ticket.state is _PARTNER_REMINDER_STATE:
        return ticket.terms.response.reminders
    return ticket.terms.information.reminders if ticket.state is _MEMBER_REMINDER_STATE else ()


def awaited_event(ticket: Ticket) -> str:
    """Return what the ticket waits for, as its timer says to operators."""
    return _TIMER_DESCRIPTIONS.get(ticket.state, "the partner's answer")
