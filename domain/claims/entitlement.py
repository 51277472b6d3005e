"""What the facts say against a claim: one function, asked about the facts of that moment at filing,
at every later answer, when a hold ends, when an agent confirms, and at settlement.

Each asks about the same things: the links, the rewards and the grants that may be for the claim's
order. What the answer is to somebody differs: at filing and at a later answer a refusal with its
code, afterwards the ticket's end (`settlement.py`).
"""

from typing import Final

from domain.claims.claim import LINK_KIND, Link, RewardState
from domain.claims.claim_context import REWARD_STATE_PRECEDENCE, ClaimContext
from domain.codes import ClaimRefusal, RefusalCode

BLOCKING_REWARD_REASONS: Final = {
    RewardState.GRANTED: "reward_granted",
    RewardState.INVALID: "reward_invalid",
    RewardState.REGISTERED: "reward_registered",
}
"""Why a reward that is there, or never will be, is not claimed."""


def find_objection(case: ClaimContext) -> str | None:
    """Return the code of what the facts say against the claim, the first that applies.

    `another_order` where the form names another order than the contested reward's.
    """
    return (
        missing_link_code(case)
        or unfit_link_code(case)
        or existing_reward_code(case)
        or (ClaimRefusal.ANOTHER_ORDER if case.names_another_order else None)
    )


def missing_link_code(case: ClaimContext) -> str | None:
    """R10: without a link of that kind to that partner nothing can be claimed."""
    kind = LINK_KIND.get(case.kind)
    return None if any(kind in (None, link.kind) for link in case.links) else RefusalCode.NO_LINK


def unfit_link_code(case: ClaimContext) -> str | None:
    """R15, R16: the chosen link, or the one that the contested reward came from, must fit.

    A reward's link that nobody knows says nothing: it may be older than the feed.
    """
    if case.link:
        return None if _fits(case, case.link) else RefusalCode.LINK_DOES_NOT_FIT
    if case.kind.is_missing or case.claim.link_id:
        return RefusalCode.LINK_DOES_NOT_FIT
    is_known = any(link.link_id == case.chosen_link_id for link in case.facts.links)
    return RefusalCode.LINK_DOES_NOT_FIT if is_known else None


def _fits(case: ClaimContext, link: Link) -> bool:
    contested = case.contested_reward
    if contested and contested.link_id not in (None, link.link_id):
        return False
    clicked_on = link.clicked_at.astimezone(case.partner.market.zone).date()
    of_kind = link.kind == (case.reward_kind or link.kind)
    return of_kind and not (case.ordered_on and clicked_on > case.ordered_on)


def existing_reward_code(case: ClaimContext) -> str | None:
    """R4, R5, R24: what was rewarded, or never will be, cannot be claimed."""
    if not case.kind.is_missing and (code := _not_rejected(case)):
        return code
    if case.grants:
        return RefusalCode.REWARD_GRANTED
    states = [reward.state for reward in case.rewards]
    # The state that forbids most speaks first: granted, invalid, registered, rejected.
    return (
        BLOCKING_REWARD_REASONS.get(min(states, key=REWARD_STATE_PRECEDENCE.__getitem__))
        if states
        else None
    )


def _not_rejected(case: ClaimContext) -> str | None:
    """Only a reward that is rejected can be contested; once it is our own grant, it is ours."""
    contested = case.contested_reward
    if contested is None:
        return RefusalCode.REWARD_NOT_REJECTED
    if case.number and contested.granted_by_ticket == case.number:
        return None
    if contested.state is RewardState.REGISTERED:
        return RefusalCode.REWARD_NOT_REJECTED
    return BLOCKING_REWARD_REASONS.get(contested.state)
