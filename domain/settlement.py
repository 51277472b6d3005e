"""When the cancellation period has ended: one order earns one reward per kind, once."""

from enum import StrEnum

from domain.claim import Reward, RewardState
from domain.shapes import Frozen


class Verdict(StrEnum):
    """What the granting transaction found, under lock."""

    GRANTED = "granted"
    REWARD_REGISTERED = "reward_registered"
    ALREADY_REWARDED = "already_rewarded"
    APPROVAL_NEEDED = "approval_needed"
    """The amount is above the maximum, and two agents have not decided for it."""


class Release(StrEnum):
    """What a held claim found when its hold ended."""

    FREE = "free"
    REWARD_REGISTERED = "reward_registered"
    REWARD_INVALID = "reward_invalid"


class OrderFacts(Frozen):
    """What the books say of an order: the ticket whose grant it has, and the rewards for it."""

    granted_to_ticket: str | None = None
    rewards: tuple[Reward, ...] = ()


def settle(number: str, account_id: str, facts: OrderFacts) -> Verdict:
    """Decide whether the ticket's reward may be granted now.

    A reward that names this ticket as its grantor is our own grant, come back through the feed. One
    that the platform registered or granted to the same account meanwhile makes ours needless;
    anybody else's reward for the order, or grant, means that the order has had its reward
    (product.md, "one order earns one reward").
    """
    if facts.granted_to_ticket not in (None, number):
        return Verdict.ALREADY_REWARDED
    standing = [
        reward
        for reward in facts.rewards
        if reward.state in (RewardState.REGISTERED, RewardState.GRANTED)
        and reward.granted_by_ticket != number
    ]
    if any(reward.account_id == account_id for reward in standing):
        return Verdict.REWARD_REGISTERED
    return Verdict.ALREADY_REWARDED if standing else Verdict.GRANTED


def release(account_id: str, facts: OrderFacts) -> Release:
    """Decide how a held claim goes on: the window was judged at filing, only rewards may have come
    meanwhile.
    """
    states = {reward.state for reward in facts.rewards if reward.account_id == account_id}
    if states & {RewardState.REGISTERED, RewardState.GRANTED}:
        return Release.REWARD_REGISTERED
    return Release.REWARD_INVALID if RewardState.INVALID in states else Release.FREE
