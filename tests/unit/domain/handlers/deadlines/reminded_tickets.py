"""Tickets with reminders, and what is sent over time."""

from datetime import datetime, timedelta
from typing import Any

from domain.handlers.information_results import apply_information
from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.messages.internal import DeadlinePassed
from tests.support.builders import (
    NOW,
    a_partner,
    a_question,
    an_aggregate,
    an_answer,
)

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
WITH_REMINDERS = {"deadline": "P14D", "reminders": ["P3D", "P7D"]}
# Summer time ends on 25 October 2026 at three in the morning.
AFTER_3_DAYS, AFTER_7_DAYS = NOW + 3 * DAY, NOW + 7 * DAY + HOUR
RESPONSE_TIME = 14 * DAY + HOUR


def a_reminded_ticket(**response: Any) -> TicketAggregate:
    """A delivered claim with reminders after three and after seven days."""
    return an_aggregate(partner=a_partner(response=WITH_REMINDERS | response))


def purposes(
    aggregate: TicketAggregate, start: datetime, end: datetime, step: timedelta = HOUR
) -> list[str]:
    """The purposes of all deliveries, with a check every `step` from `start` to `end`."""
    delivered, now = [], start
    while now <= end:
        result = handle_message(aggregate, DeadlinePassed(), now)
        delivered += [result.delivery_purpose] if result.delivery_purpose else []
        now += step
    return delivered


def ask_and_answer(
    aggregate: TicketAggregate, name: str, asked_at: datetime, answered_at: datetime
) -> None:
    """The partner asks, and the member answers."""
    handle_message(aggregate, a_question(outcome_id=name), asked_at)
    apply_information(aggregate, an_answer(request_id=name), answered_at)
