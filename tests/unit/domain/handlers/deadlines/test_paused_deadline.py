"""The partner's deadline pauses while a question is open."""

from datetime import UTC, datetime

from domain.handlers.message_handling import handle_message
from domain.handlers.response_deadlines import next_reminder, next_timer
from domain.tickets.messages.internal import DeadlinePassed
from domain.tickets.states import State
from tests.support.builders import (
    NOW,
    an_aggregate,
)
from tests.unit.domain.handlers.deadlines.reminded_tickets import (
    AFTER_3_DAYS,
    DAY,
    RESPONSE_TIME,
    SECOND,
    a_reminded_ticket,
    ask_and_answer,
    purposes,
)


def test_a_pause_keeps_the_remaining_time_to_the_second_across_a_dst_change() -> None:
    """R31: asked in summer time, answered in winter time."""
    aggregate = a_reminded_ticket()
    asked_at = datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC)
    answered_at = datetime(2026, 10, 25, 1, 0, 1, tzinfo=UTC)
    ask_and_answer(aggregate, "1", asked_at, answered_at)
    assert aggregate.ticket.due_at == NOW + RESPONSE_TIME + 2 * SECOND


def test_reminders_wait_while_the_deadline_is_paused() -> None:
    """R31: two days are used, so the first reminder comes a day after the answer."""
    aggregate = a_reminded_ticket()
    ask_and_answer(aggregate, "1", NOW + 2 * DAY, NOW + 9 * DAY)
    assert next_reminder(aggregate.ticket) == NOW + 10 * DAY
    assert (
        handle_message(aggregate, DeadlinePassed(), NOW + 10 * DAY).delivery_purpose == "reminder-1"
    )


def test_a_reminder_that_was_sent_is_not_sent_again_after_a_question() -> None:
    """R31: each reminder has one purpose, so one idempotency key."""
    aggregate = a_reminded_ticket()
    assert purposes(aggregate, NOW, NOW + 4 * DAY) == ["reminder-1"]
    ask_and_answer(aggregate, "1", NOW + 4 * DAY, NOW + 5 * DAY)
    assert purposes(aggregate, NOW + 5 * DAY, NOW + 14 * DAY) == ["reminder-2"]


def test_the_timer_fires_for_whatever_is_due_first() -> None:
    aggregate = a_reminded_ticket()
    assert next_timer(aggregate.ticket) == AFTER_3_DAYS
    with_question = an_aggregate(State.INFORMATION_REQUESTED)
    assert next_timer(with_question.ticket) == with_question.ticket.due_at
    for state in (State.REJECTED, State.RESOLVED, State.WITHDRAWN):
        assert next_timer(an_aggregate(state).ticket) is None
