"""The decision whether a reward may be granted."""

from typing import Any

import pytest

from domain.tickets.settlement import (
    SettlementResult,
    decide_settlement,
)
from tests.support.builders import NUMBER, a_reward
from tests.support.stored_claims import OTHER_TICKET, a_grant, a_stored_claim, context_of


def settle(*rewards: dict[str, Any], granted_to: str | None = None) -> SettlementResult:
    """The result of the granting transaction with these rewards for the order."""
    grants = (a_grant(number=granted_to),) if granted_to else ()
    return decide_settlement(
        context_of(a_stored_claim(), *(a_reward(**reward) for reward in rewards), grants=grants)
    )


def test_an_order_without_a_reward_is_granted_one() -> None:
    assert settle() is SettlementResult.GRANTED
    assert settle({"state": "rejected"}) is SettlementResult.GRANTED


def test_a_reward_judged_invalid_is_never_granted() -> None:
    """R5: also if it became invalid after the confirmation; not a reward of another account."""
    assert settle({"state": "invalid"}) is SettlementResult.TERMS_NOT_MET
    assert settle({"state": "invalid", "account_id": "acc-2"}) is SettlementResult.GRANTED


@pytest.mark.parametrize("state", ["registered", "granted"])
def test_a_reward_that_was_registered_late_replaces_the_grant(state: str) -> None:
    """R24: for the same account; nothing is granted."""
    assert settle({"state": state}) is SettlementResult.REWARD_REGISTERED


@pytest.mark.parametrize("state", ["registered", "granted"])
def test_a_reward_of_another_account_rules_out_a_grant(state: str) -> None:
    assert settle({"state": state, "account_id": "acc-2"}) is SettlementResult.ALREADY_REWARDED


@pytest.mark.parametrize("state", ["registered", "granted"])
def test_our_own_grant_in_the_feed_does_not_rule_out_the_grant(state: str) -> None:
    own = {"state": state, "granted_by_ticket": NUMBER}
    assert settle(own, granted_to=NUMBER) is SettlementResult.GRANTED
    assert settle(own) is SettlementResult.GRANTED


def test_a_repeated_settlement_after_a_crash_has_the_same_result() -> None:
    assert settle(granted_to=NUMBER) is SettlementResult.GRANTED


def test_one_order_has_one_grant() -> None:
    """Whatever its rewards are, and also for the same account."""
    assert settle(granted_to=OTHER_TICKET) is SettlementResult.ALREADY_REWARDED
    late = {"state": "granted", "granted_by_ticket": OTHER_TICKET, "account_id": "acc-2"}
    assert settle(late) is SettlementResult.ALREADY_REWARDED


def test_of_several_rewards_that_of_the_account_decides() -> None:
    other = {"state": "granted", "account_id": "acc-2", "reward_id": "rew-6"}
    assert settle(other, {"state": "registered"}) is SettlementResult.REWARD_REGISTERED
