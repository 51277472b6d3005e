"""Reminders of a claim that was delivered late."""

from datetime import datetime
from typing import Any

import pytest

from domain.handlers.commands.execution import next_delivery_purpose
from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.messages.internal import Delivered
from domain.tickets.states import State
from tests.support.builders import (
    NOW,
    a_partner,
    an_aggregate,
)
from tests.unit.domain.handlers.deadlines.reminded_tickets import (
    AFTER_3_DAYS,
    AFTER_7_DAYS,
    DAY,
    RESPONSE_TIME,
    SECOND,
    WITH_REMINDERS,
    ask_and_answer,
    purposes,
)


def late_delivery(at: datetime, **changes: Any) -> TicketAggregate:
    """A claim that its partner received only at `at`."""
    aggregate = an_aggregate(State.VALIDATED, a_partner(response=WITH_REMINDERS), **changes)
    next_delivery_purpose(aggregate)
    handle_message(aggregate, Delivered(), at)
    return aggregate


@pytest.mark.parametrize(
    ("at", "left"),
    [
        (AFTER_3_DAYS - SECOND, ["reminder-1", "reminder-2"]),
        (AFTER_3_DAYS, ["reminder-2"]),
        (AFTER_7_DAYS - SECOND, ["reminder-2"]),
        (AFTER_7_DAYS, []),
        (NOW + 10 * DAY, []),
    ],
)
def test_reminders_due_before_a_late_delivery_are_not_sent(at: datetime, left: list[str]) -> None:
    """R31: the partner has only just received the claim."""
    aggregate = late_delivery(at)
    assert purposes(aggregate, at, NOW + 14 * DAY) == left
    assert aggregate.ticket.due_at == NOW + RESPONSE_TIME


def test_reminders_due_before_a_question_that_came_first_are_not_sent() -> None:
    """R31: the question proves the delivery; they are not sent after the answer either."""
    aggregate = an_aggregate(State.VALIDATED, a_partner(response=WITH_REMINDERS))
    next_delivery_purpose(aggregate)
    ask_and_answer(aggregate, "1", NOW + 4 * DAY, NOW + 5 * DAY)
    assert purposes(aggregate, NOW + 5 * DAY, NOW + 14 * DAY) == ["reminder-2"]
