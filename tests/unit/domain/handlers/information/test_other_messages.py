"""Other messages while a question is open, and the answer link."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.handlers.information_requests import answer_link_expires_at
from domain.handlers.message_handling import handle_message
from domain.tickets.messages.internal import Delivered
from domain.tickets.states import State
from tests.support.builders import (
    NOW,
    RUNNING,
    WARSAW,
    a_decision,
    a_withdrawal,
    an_aggregate,
    an_answer,
    an_outcome,
)
from tests.unit.domain.handlers.information.open_questions import (
    DAY,
    INFORMATION_REQUESTED,
    SENT,
    answer_result,
)

ENDING: list[tuple[Any, State]] = [
    (an_outcome("confirmed", outcome_id="e2"), State.AWAITING_CANCELLATION_PERIOD),
    (an_outcome("rejected", outcome_id="e2"), State.REJECTED),
    (a_decision("rejected"), State.REJECTED),
    (a_withdrawal(), State.WITHDRAWN),
]


@pytest.mark.parametrize(("message", "state"), ENDING)
def test_a_decision_closes_an_open_question(message: Any, state: State) -> None:
    """R20, R34."""
    aggregate = an_aggregate(INFORMATION_REQUESTED)
    handle_message(aggregate, message, NOW)
    assert aggregate.ticket.state is state
    assert answer_result(handle_message(aggregate, an_answer(request_id="late"), NOW)) == (
        False,
        "action_not_allowed",
    )


@pytest.mark.parametrize("state", RUNNING)
def test_an_acknowledgement_during_a_question_makes_no_transition(state: State) -> None:
    aggregate = an_aggregate(state)
    handle_message(aggregate, Delivered(), NOW)
    assert aggregate.ticket.state is (SENT if state is State.VALIDATED else state)


def test_the_answer_link_expires_at_the_end_of_the_members_last_day() -> None:
    """In the market's time zone, over the end of summer time too."""
    closes_at = answer_link_expires_at("2026-10-25", NOW, WARSAW)
    assert closes_at == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_the_answer_link_without_a_deadline_is_valid_for_thirty_days() -> None:
    assert answer_link_expires_at(None, NOW, WARSAW) == NOW + 30 * DAY
