"""Reminders before the partner's deadline."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.handlers.message_handling import handle_message
from domain.handlers.response_deadlines import next_reminder, next_timer
from domain.tickets.messages.internal import DeadlinePassed, Delivered
from domain.tickets.settlement import HoldReleaseResult
from domain.tickets.states import State
from tests.support.builders import (
    NOW,
    WARSAW,
    a_partner,
    a_withdrawal,
    an_aggregate,
    an_outcome,
)
from tests.unit.domain.handlers.deadlines.reminded_tickets import (
    AFTER_3_DAYS,
    AFTER_7_DAYS,
    DAY,
    HOUR,
    RESPONSE_TIME,
    SECOND,
    WITH_REMINDERS,
    a_reminded_ticket,
    purposes,
)

SENT = State.SENT_TO_PARTNER


def test_the_partner_is_reminded_to_the_second_and_only_once_each() -> None:
    """R31: a reminder makes no transition, queues no e-mail and changes no deadline."""
    aggregate = a_reminded_ticket()
    before = aggregate.ticket
    for at, purpose in ((AFTER_3_DAYS, "reminder-1"), (AFTER_7_DAYS, "reminder-2")):
        assert next_timer(aggregate.ticket) == at
        assert handle_message(aggregate, DeadlinePassed(), at - SECOND).is_log_only
        result = handle_message(aggregate, DeadlinePassed(), at)
        assert (result.delivery_purpose, result.is_log_only) == (purpose, False)
        assert handle_message(aggregate, DeadlinePassed(), at).is_log_only
    assert next_timer(aggregate.ticket) == before.due_at == NOW + RESPONSE_TIME
    assert not aggregate.has_pending_changes
    assert (aggregate.ticket.transitions, aggregate.ticket.due_at) == (
        before.transitions,
        before.due_at,
    )


def test_reminders_are_counted_on_the_markets_calendar() -> None:
    """Seven days later it is the same time of day, also over the end of summer time."""
    aggregate = a_reminded_ticket(reminders=["P7D"])
    at = next_reminder(aggregate.ticket)
    assert at is not None
    assert at.astimezone(WARSAW).time() == NOW.astimezone(WARSAW).time()
    assert at - NOW == 7 * DAY + HOUR


@pytest.mark.parametrize("reminder", ["P2D", "P3D", "P14D", "P15D", "P1M"])
def test_reminders_out_of_order_or_at_the_deadline_are_refused(reminder: str) -> None:
    """R31: the profile does not load."""
    with pytest.raises(ValidationError, match="reminders: expected in order"):
        a_reminded_ticket(reminders=["P3D", reminder])


def test_a_reminder_that_was_missed_is_not_sent_after_the_deadline() -> None:
    """R31: the response time-out comes instead."""
    aggregate = a_reminded_ticket()
    result = handle_message(aggregate, DeadlinePassed(), NOW + RESPONSE_TIME)
    assert result.delivery_purpose is None
    assert list(aggregate.ticket.attention) == ["partner_silent"]
    assert purposes(aggregate, NOW + RESPONSE_TIME, NOW + RESPONSE_TIME + 5 * DAY) == []


@pytest.mark.parametrize("state", [state for state in State if state is not SENT])
def test_a_partner_is_reminded_only_of_a_delivered_and_unanswered_claim(state: State) -> None:
    """R20."""
    aggregate = an_aggregate(state, a_partner(response=WITH_REMINDERS))
    assert next_reminder(aggregate.ticket) is None
    assert purposes(aggregate, NOW, NOW + 8 * DAY, DAY) == []


@pytest.mark.parametrize("message", [an_outcome(), an_outcome("rejected"), a_withdrawal()])
def test_an_answer_ends_the_reminders(message: Any) -> None:
    """R34."""
    aggregate = a_reminded_ticket()
    handle_message(aggregate, message, NOW)
    assert next_reminder(aggregate.ticket) is None


def test_the_release_of_a_hold_starts_the_partners_deadline_and_reminders() -> None:
    """R9, R31."""
    aggregate = an_aggregate(State.ON_HOLD, a_partner(response=WITH_REMINDERS))
    released_at = NOW + 10 * DAY
    aggregate.apply_release(HoldReleaseResult.NO_REWARD, released_at)
    handle_message(aggregate, Delivered(), released_at)
    assert next_reminder(aggregate.ticket) == released_at + 3 * DAY
    assert aggregate.ticket.due_at == released_at + 14 * DAY
