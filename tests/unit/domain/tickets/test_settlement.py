"""One order earns one reward per kind, whoever claims it; and how a held claim goes on."""

from datetime import timedelta
from typing import Any

import pytest

from domain.errors import RequestRejected
from domain.tickets.aggregate.settlement_changes import settlement_changes
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.settlement import (
    HoldReleaseResult,
    SettlementResult,
    decide_release,
    decide_settlement,
)
from domain.tickets.states import Event, State
from tests.support.builders import NOW, NUMBER, a_new_ticket, a_reward, an_aggregate
from tests.support.stored_claims import OTHER_TICKET, a_filed, a_grant, case_of

AWAITING = State.AWAITING_CANCELLATION_PERIOD
TOMORROW = NOW + timedelta(days=1)


def verdict(*rewards: dict[str, Any], granted_to: str | None = None) -> SettlementResult:
    """What the granting transaction finds, given the rewards for the order."""
    grants = (a_grant(number=granted_to),) if granted_to else ()
    return decide_settlement(
        case_of(a_filed(), *(a_reward(**one) for one in rewards), grants=grants)
    )


def test_an_order_without_a_standing_reward_earns_one() -> None:
    assert verdict() is SettlementResult.GRANTED
    assert verdict({"state": "rejected"}) is SettlementResult.GRANTED


def test_a_reward_judged_invalid_is_never_granted() -> None:
    """R5: also where that came after the confirmation. Another account's says nothing of ours."""
    assert verdict({"state": "invalid"}) is SettlementResult.TERMS_NOT_MET
    assert verdict({"state": "invalid", "account_id": "acc-2"}) is SettlementResult.GRANTED


@pytest.mark.parametrize("state", ["registered", "granted"])
def test_a_reward_that_tracking_found_late_makes_ours_needless(state: str) -> None:
    """R24: to the same account; nothing is granted."""
    assert verdict({"state": state}) is SettlementResult.REWARD_REGISTERED


@pytest.mark.parametrize("state", ["registered", "granted"])
def test_a_reward_of_another_account_means_that_the_order_has_had_its_reward(state: str) -> None:
    assert verdict({"state": state, "account_id": "acc-2"}) is SettlementResult.ALREADY_REWARDED


@pytest.mark.parametrize("state", ["registered", "granted"])
def test_our_own_grant_coming_back_through_the_feed_is_no_obstacle(state: str) -> None:
    own = {"state": state, "granted_by_ticket": NUMBER}
    assert verdict(own, granted_to=NUMBER) is SettlementResult.GRANTED
    assert verdict(own) is SettlementResult.GRANTED


def test_settling_again_after_a_crash_finds_the_same() -> None:
    assert verdict(granted_to=NUMBER) is SettlementResult.GRANTED


def test_one_order_has_one_grant() -> None:
    """Whatever the rewards say, and also for the same account."""
    assert verdict(granted_to=OTHER_TICKET) is SettlementResult.ALREADY_REWARDED
    late = {"state": "granted", "granted_by_ticket": OTHER_TICKET, "account_id": "acc-2"}
    assert verdict(late) is SettlementResult.ALREADY_REWARDED


def test_among_several_rewards_the_accounts_own_speaks_first() -> None:
    other = {"state": "granted", "account_id": "acc-2", "reward_id": "rew-6"}
    assert verdict(other, {"state": "registered"}) is SettlementResult.REWARD_REGISTERED


@pytest.mark.parametrize(
    ("found", "event", "state", "reason", "granted"),
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
def test_each_verdict_ends_the_ticket(
    found: SettlementResult, event: Event, state: State, reason: str | None, granted: bool
) -> None:
    aggregate = an_aggregate(AWAITING)
    foretold = settlement_changes(aggregate.ticket, TOMORROW)[found]
    aggregate.apply_settlement(found, TOMORROW)
    ticket = aggregate.ticket
    assert (ticket.state, ticket.reason_code, ticket.due_at) == (state, reason, None)
    assert ticket.transitions[-1].event is event
    assert (ticket.granted_amount == ticket.confirmed_amount) is granted
    assert (ticket.granted_amount is None) is not granted
    assert aggregate.collect_changes() == foretold


def test_what_is_foreseen_changes_nothing_yet() -> None:
    aggregate = an_aggregate(AWAITING)
    before = aggregate.ticket
    assert set(settlement_changes(aggregate.ticket, NOW)) == set(SettlementResult)
    assert aggregate.ticket == before
    assert not aggregate.has_pending_changes


@pytest.mark.parametrize("state", [state for state in State if state is not AWAITING])
def test_nothing_is_granted_but_at_the_end_of_a_cancellation_period(state: State) -> None:
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


@pytest.mark.parametrize(
    ("rewards", "found"),
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
def test_a_held_claim_looks_once_more_for_its_reward(
    rewards: list[dict[str, Any]], found: HoldReleaseResult
) -> None:
    """R5, R9, R24: says nothing of other accounts."""
    own = [a_reward(**r) for r in rewards if "account_id" not in r]  # an account knows no other's
    assert decide_release(case_of(a_filed(), *own)) is found


@pytest.mark.parametrize(
    ("found", "state", "reason"),
    [
        (HoldReleaseResult.NO_REWARD, State.VALIDATED, None),
        (HoldReleaseResult.REWARD_REGISTERED, State.RESOLVED, None),
        (HoldReleaseResult.TERMS_NOT_MET, State.REJECTED, "terms_not_met"),
        (HoldReleaseResult.ALREADY_REWARDED, State.REJECTED, "already_rewarded"),
    ],
)
def test_a_hold_is_released_as_it_was_found(
    found: HoldReleaseResult, state: State, reason: str | None
) -> None:
    """R9."""
    aggregate = an_aggregate(State.ON_HOLD)
    aggregate.apply_release(found, TOMORROW)
    assert (aggregate.ticket.state, aggregate.ticket.reason_code) == (state, reason)
    assert aggregate.ticket.granted_amount is None
    assert [move.event for move in aggregate.collect_changes().transitions] == [Event.HOLD_RELEASED]


def test_the_hold_ends_to_the_second_and_only_then_the_partners_clock_starts() -> None:
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
