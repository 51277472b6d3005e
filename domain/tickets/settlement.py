"""Decisions at the end of a hold or cancellation period: an order earns one reward of a kind, once,
and only if the stored facts still allow it (R24, docs/decisions/0004).
"""

from enum import StrEnum
from typing import Final

from domain.claims.claim_context import ClaimContext
from domain.claims.eligibility.entitlement import find_objection
from domain.claims.rewards import Reward, RewardState


class SettlementResult(StrEnum):
    """What the granting transaction decided, under lock."""

    GRANTED = "granted"
    REWARD_REGISTERED = "reward_registered"
    ALREADY_REWARDED = "already_rewarded"
    TERMS_NOT_MET = "terms_not_met"
    APPROVAL_NEEDED = "approval_needed"
    """The amount is above the maximum, and not approved by two agents."""


class HoldReleaseResult(StrEnum):
    """What was found when the hold of a claim ended."""

    NO_REWARD = "no_reward"
    REWARD_REGISTERED = "reward_registered"
    ALREADY_REWARDED = "already_rewarded"
    TERMS_NOT_MET = "terms_not_met"


_PAID: Final = (RewardState.REGISTERED, RewardState.GRANTED)


def decide_settlement(case: ClaimContext) -> SettlementResult:
    """Decide whether the reward of a ticket may be granted, by the facts stored now.

    A reward that names this ticket is our own grant, returned by the feed. A reward that the
    platform registered for the account meanwhile replaces ours. A grant of another ticket, or a
    reward of another account, means that the order was rewarded already. A claim that would be
    refused if it were filed now no longer meets the terms.
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
    """Decide what becomes of a held claim: it is released if it could be granted."""
    result = decide_settlement(case)
    if result is SettlementResult.GRANTED:
        return HoldReleaseResult.NO_REWARD
    return HoldReleaseResult(result.value)


def _is_paid(case: ClaimContext, reward: Reward) -> bool:
    return reward.state in _PAID and reward.granted_by_ticket != case.number
