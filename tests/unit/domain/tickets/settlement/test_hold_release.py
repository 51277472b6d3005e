"""The end of a hold."""

from datetime import timedelta
from typing import Any

import pytest

from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.settlement import (
    HoldReleaseResult,
    decide_release,
)
from domain.tickets.states import Event, State
from tests.support.builders import NOW, a_new_ticket, a_reward, an_aggregate
from tests.support.stored_claims import a_stored_claim, context_of
from tests.unit.domain.tickets.settlement.settled_orders import TOMORROW


@pytest.mark.parametrize(
    ("rewards", "result"),
    [
        ([], HoldReleaseResult.NO_REWARD),
        ([{"state": "rejected"}], HoldReleaseResult.NO_REWARD),
        ([{"state": "registered"}], HoldReleaseResult.REWARD_REGISTERED),
        ([{"state": "granted"}], HoldReleaseResult.REWARD_REGISTERED),
        ([{"state": "invalid"}], HoldReleaseResult.TERMS_NOT_MET),
        ([{"state": "invalid"}, {"state": "registered"}], HoldReleaseResult.REWARD_REGISTERED),
        ([{"state": "registered", "account_id": "acc-2"}], HoldReleaseResult.NO_REWARD),
        ([{"state": "invalid", "account_id": "acc-2"}], HoldReleaseResult.NO_REWARD),
    ],
)
def test_at_the_end_of_a_hold_the_rewards_are_checked_again(
    rewards: list[dict[str, Any]], result: HoldReleaseResult
) -> None:
    """R5, R9, R24: other accounts' rewards do not count."""
    own = [
        a_reward(**fields) for fields in rewards if "account_id" not in fields
    ]  # facts contain only the account's
    assert decide_release(context_of(a_stored_claim(), *own)) is result


@pytest.mark.parametrize(
    ("result", "state", "reason"),
    [
        (HoldReleaseResult.NO_REWARD, State.VALIDATED, None),
        (HoldReleaseResult.REWARD_REGISTERED, State.RESOLVED, None),
        (HoldReleaseResult.TERMS_NOT_MET, State.REJECTED, "terms_not_met"),
        (HoldReleaseResult.ALREADY_REWARDED, State.REJECTED, "already_rewarded"),
    ],
)
def test_each_release_result_ends_the_hold(
    result: HoldReleaseResult, state: State, reason: str | None
) -> None:
    """R9."""
    aggregate = an_aggregate(State.ON_HOLD)
    aggregate.apply_release(result, TOMORROW)
    assert (aggregate.ticket.state, aggregate.ticket.reason_code) == (state, reason)
    assert aggregate.ticket.granted_amount is None
    assert [transition.event for transition in aggregate.collect_changes().transitions] == [
        Event.HOLD_RELEASED
    ]


def test_the_hold_ends_to_the_second_and_only_then_the_partners_deadline_starts() -> None:
    """R9, R31."""
    aggregate = an_aggregate(State.ON_HOLD)
    assert not aggregate.is_release_due(TOMORROW - timedelta(seconds=1))
    assert aggregate.is_release_due(TOMORROW)
    aggregate.apply_release(HoldReleaseResult.NO_REWARD, TOMORROW)
    assert not aggregate.is_release_due(TOMORROW)
    due_at = aggregate.ticket.due_at
    assert due_at is not None
    assert due_at - TOMORROW == timedelta(days=14, hours=1)  # over the end of summer time


def test_an_accepted_claim_is_not_held() -> None:
    """R9."""
    aggregate = TicketAggregate(a_new_ticket())
    aggregate.open(NOW)
    assert not aggregate.is_release_due(NOW + timedelta(days=4000))
