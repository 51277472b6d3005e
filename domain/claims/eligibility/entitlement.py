"""Objections to a claim by the facts, at filing, at every later answer, at the end of a hold, at an
agent's confirmation and at settlement.

All consider the links, rewards and grants for the claim's order. Filing and later answers refuse
with the code; afterwards the ticket ends (`domain/tickets/settlement.py`).
"""

from typing import Final

from domain.claims.claim_context import ClaimContext
from domain.claims.rewards import LINK_KIND, REWARD_STATE_PRECEDENCE, Link, RewardState
from domain.codes import ClaimRefusal, RefusalCode

BLOCKING_REWARD_REASONS: Final = {
    RewardState.GRANTED: "reward_granted",
    RewardState.INVALID: "reward_invalid",
    RewardState.REGISTERED: "reward_registered",
}
"""Why a reward that exists, or never will, cannot be claimed."""


def find_objection(context: ClaimContext) -> str | None:
    """Return the code of the first objection.

    `another_order`: the form and the contested reward name different orders.
    """
    return (
        missing_link_code(context)
        or unfit_link_code(context)
        or existing_reward_code(context)
        or (ClaimRefusal.ANOTHER_ORDER if context.names_another_order else None)
    )


def missing_link_code(context: ClaimContext) -> str | None:
    """R10: a claim needs a link of its kind to the partner."""
    kind = LINK_KIND.get(context.kind)
    return None if any(kind in (None, link.kind) for link in context.links) else RefusalCode.NO_LINK


def unfit_link_code(context: ClaimContext) -> str | None:
    """R15, R16: the chosen link, or that of the contested reward, must fit the claim.

    An unknown link of a reward is no objection: it may be older than the feed.
    """
    if context.link:
        return None if _fits(context, context.link) else RefusalCode.LINK_DOES_NOT_FIT
    if context.kind.is_missing or context.claim.link_id:
        return RefusalCode.LINK_DOES_NOT_FIT
    is_known = any(link.link_id == context.chosen_link_id for link in context.facts.links)
    return RefusalCode.LINK_DOES_NOT_FIT if is_known else None


def _fits(context: ClaimContext, link: Link) -> bool:
    contested = context.contested_reward
    if contested and contested.link_id not in (None, link.link_id):
        return False
    clicked_on = context.partner.market.date_of(link.clicked_at)
    is_of_kind = link.kind == (context.reward_kind or link.kind)
    return is_of_kind and not (context.ordered_on and clicked_on > context.ordered_on)


def existing_reward_code(context: ClaimContext) -> str | None:
    """R4, R5, R24: an order that is rewarded, or never will be, cannot be claimed."""
    if not context.kind.is_missing and (code := _not_contestable_code(context)):
        return code
    if context.grants:
        return RefusalCode.REWARD_GRANTED
    states = [reward.state for reward in context.rewards]
    if not states:
        return None
    return BLOCKING_REWARD_REASONS.get(min(states, key=REWARD_STATE_PRECEDENCE.__getitem__))


def _not_contestable_code(context: ClaimContext) -> str | None:
    """Only a rejected reward can be contested, and one that this ticket has granted."""
    contested = context.contested_reward
    if contested is None:
        return RefusalCode.REWARD_NOT_REJECTED
    if context.number and contested.granted_by_ticket == context.number:
        return None
    if contested.state is RewardState.REGISTERED:
        return RefusalCode.REWARD_NOT_REJECTED
    return BLOCKING_REWARD_REASONS.get(contested.state)
