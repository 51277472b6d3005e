"""The effect of each settlement result on the ticket."""

from datetime import timedelta

import pytest

from domain.errors import RequestRejected
from domain.tickets.aggregate.settlement_changes import settlement_changes
from domain.tickets.settlement import (
    SettlementResult,
)
from domain.tickets.states import Event, State
from tests.support.builders import NOW, an_aggregate
from tests.unit.domain.tickets.settlement.settled_orders import TOMORROW

AWAITING = State.AWAITING_CANCELLATION_PERIOD


@pytest.mark.parametrize(
    ("result", "event", "state", "reason", "granted"),
    [
        (SettlementResult.GRANTED, Event.CANCELLATION_PERIOD_ENDED, State.RESOLVED, None, True),
        (SettlementResult.REWARD_REGISTERED, Event.REWARD_REGISTERED, State.RESOLVED, None, False),
        (
            SettlementResult.ALREADY_REWARDED,
            Event.CANCELLATION_PERIOD_ENDED,
            State.REJECTED,
            "already_rewarded",
            False,
        ),
        (
            SettlementResult.TERMS_NOT_MET,
            Event.CANCELLATION_PERIOD_ENDED,
            State.REJECTED,
            "terms_not_met",
            False,
        ),
    ],
)
def test_each_settlement_result_closes_the_ticket(
    result: SettlementResult, event: Event, state: State, reason: str | None, granted: bool
) -> None:
    aggregate = an_aggregate(AWAITING)
    predicted = settlement_changes(aggregate.ticket, TOMORROW)[result]
    aggregate.apply_settlement(result, TOMORROW)
    ticket = aggregate.ticket
    assert (ticket.state, ticket.reason_code, ticket.due_at) == (state, reason, None)
    assert ticket.transitions[-1].event is event
    assert (ticket.granted_amount == ticket.confirmed_amount) is granted
    assert (ticket.granted_amount is None) is not granted
    assert aggregate.collect_changes() == predicted


def test_computing_the_change_sets_does_not_change_the_ticket() -> None:
    aggregate = an_aggregate(AWAITING)
    before = aggregate.ticket
    assert set(settlement_changes(aggregate.ticket, NOW)) == set(SettlementResult)
    assert aggregate.ticket == before
    assert not aggregate.has_pending_changes


@pytest.mark.parametrize("state", [state for state in State if state is not AWAITING])
def test_a_reward_is_granted_only_at_the_end_of_a_cancellation_period(state: State) -> None:
    """R33."""
    aggregate = an_aggregate(state)
    assert not aggregate.is_settlement_due(NOW + timedelta(days=4000))
    with pytest.raises(RequestRejected):
        aggregate.apply_settlement(SettlementResult.GRANTED, NOW)
    assert aggregate.ticket.state is state


def test_the_cancellation_period_ends_to_the_second() -> None:
    """R33."""
    aggregate = an_aggregate(AWAITING)
    ends_at = aggregate.ticket.cancellation_ends_at
    assert ends_at is not None
    assert not aggregate.is_settlement_due(ends_at - timedelta(seconds=1))
    assert aggregate.is_settlement_due(ends_at)
