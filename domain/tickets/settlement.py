"""When a hold or a cancellation period has ended: one order earns one reward per kind, once, and
only where the facts still allow it.
"""

from enum import StrEnum
from typing import Final

from domain.claims.claim import Reward, RewardState
from domain.claims.claim_context import ClaimContext
from domain.claims.entitlement import find_objection


class SettlementResult(StrEnum):
    """What the granting transaction found, under lock."""

    GRANTED = "granted"
    REWARD_REGISTERED = "reward_registered"
    ALREADY_REWARDED = "already_rewarded"
    TERMS_NOT_MET = "terms_not_met"
    APPROVAL_NEEDED = "approval_needed"
    """The amount is above the maximum, and two agents have not decided for it."""


class HoldReleaseResult(StrEnum):
    """What a held claim found when its hold ended."""

    NO_REWARD = "no_reward"
    REWARD_REGISTERED = "reward_registered"
    ALREADY_REWARDED = "already_rewarded"
    TERMS_NOT_MET = "terms_not_met"


_PAID: Final = (RewardState.REGISTERED, RewardState.GRANTED)


def decide_settlement(case: ClaimContext) -> SettlementResult:
    """Decide whether the reward of a ticket may be granted by the facts of this moment.

    A reward that names this ticket as its grantor is our own grant, come back through the feed. One
    that the platform registered or granted to the same account meanwhile makes ours needless;
    another ticket's grant for the order, or somebody else's reward, means that the order has had
    its reward. Whatever else would be refused at filing now does not meet the terms any more.
    """
    if case.grants:
        return SettlementResult.ALREADY_REWARDED
    contested = [case.contested_reward] if case.contested_reward else []
    if any(_is_paid(case, reward) for reward in (*contested, *case.rewards)):
        return SettlementResult.REWARD_REGISTERED
    if any(_is_paid(case, reward) for reward in case.rewards_of_others):
        return SettlementResult.ALREADY_REWARDED
    return SettlementResult.TERMS_NOT_MET if find_objection(case) else SettlementResult.GRANTED


def decide_release(case: ClaimContext) -> HoldReleaseResult:
    """Decide how a held claim goes on: as it would be settled, where it may be granted."""
    verdict = decide_settlement(case)
    return (
        HoldReleaseResult.NO_REWARD
        if verdict is SettlementResult.GRANTED
        else HoldReleaseResult(verdict.value)
    )


def _is_paid(case: ClaimContext, reward: Reward) -> bool:
    return reward.state in _PAID and reward.granted_by_ticket != case.number
