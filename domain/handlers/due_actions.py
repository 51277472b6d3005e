"""What is due for a ticket at a given time, and what a passed deadline does."""

from datetime import datetime
from enum import Enum, auto

from domain.handlers.handling_result import HandlingResult
from domain.handlers.information_requests import continue_without_answer, remind_member
from domain.handlers.response_deadlines import next_reminder
from domain.handlers.response_timeout import apply_response_timeout, auto_confirmable_amount
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.states import Event, State


class DueAction(Enum):
    """The one action that is due. The first three need the database: the workflow takes them."""

    SETTLE = auto()
    RELEASE_HOLD = auto()
    AUTO_CONFIRM = auto()
    REMIND = auto()
    CONTINUE_WITHOUT_ANSWER = auto()
    TIME_OUT_PARTNER = auto()
    CLEAR_DEADLINE = auto()
    """The deadline has passed, and nothing follows from it."""
    NOTHING = auto()


def due_action(aggregate: TicketAggregate, now: datetime) -> DueAction:
    """Return what is due at `now`."""
    if aggregate.is_settlement_due(now):
        return DueAction.SETTLE
    if aggregate.is_release_due(now):
        return DueAction.RELEASE_HOLD
    if auto_confirmable_amount(aggregate, now):
        return DueAction.AUTO_CONFIRM
    due_at = aggregate.ticket.due_at
    if due_at is None or now < due_at:
        return _due_reminder(aggregate, now)
    return _after_deadline(aggregate)


def _due_reminder(aggregate: TicketAggregate, now: datetime) -> DueAction:
    reminder_at = next_reminder(aggregate.ticket)
    return DueAction.REMIND if reminder_at and reminder_at <= now else DueAction.NOTHING


def _after_deadline(aggregate: TicketAggregate) -> DueAction:
    if aggregate.ticket.state is State.INFORMATION_REQUESTED:
        return DueAction.CONTINUE_WITHOUT_ANSWER
    if aggregate.can_transition(Event.PARTNER_SILENT):
        return DueAction.TIME_OUT_PARTNER
    return DueAction.CLEAR_DEADLINE


def on_deadline(aggregate: TicketAggregate, now: datetime) -> HandlingResult:
    """Take the due action, except those that the workflow takes after this message."""
    match due_action(aggregate, now):
        case DueAction.REMIND:
            return _remind(aggregate)
        case DueAction.CONTINUE_WITHOUT_ANSWER:
            aggregate.clear_deadline()
            return HandlingResult(delivery_purpose=continue_without_answer(aggregate, now))
        case DueAction.TIME_OUT_PARTNER:
            aggregate.clear_deadline()
            apply_response_timeout(aggregate, now)
            return HandlingResult()
        case DueAction.CLEAR_DEADLINE:
            aggregate.clear_deadline()
            return HandlingResult()
    return HandlingResult(is_log_only=True)


def _remind(aggregate: TicketAggregate) -> HandlingResult:
    aggregate.count_reminder()
    if aggregate.ticket.state is State.SENT_TO_PARTNER:
        return HandlingResult(delivery_purpose=f"reminder-{aggregate.ticket.reminders_sent}")
    remind_member(aggregate)
    return HandlingResult()
