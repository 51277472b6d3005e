"""Claims that have a ticket, and the contexts in which they are assessed again."""

from typing import Any

from domain.claims.account_facts import AccountFacts, Grant
from domain.claims.claim_context import ClaimContext
from domain.claims.rewards import Reward
from domain.claims.stored_claim import StoredClaim
from domain.partners.rules import PartnerRules
from tests.support.builders import NUMBER, a_claim, a_contest, a_link, a_partner

OTHER_TICKET = "ZW-9999-P9XT-M2AB-0"


def a_stored_claim(
    partner: PartnerRules | None = None, number: str = NUMBER, **changes: Any
) -> StoredClaim:
    """The claim of `a_claim`, or with kind `rejected_reward` that of `a_contest`, with a ticket."""
    is_contest = changes.get("kind") == "rejected_reward"
    claim = a_contest(**changes) if is_contest else a_claim(**changes)
    rules = partner or a_partner()
    # A ticket's claim is assessed without its contact.
    without_contact = claim.model_copy(update={"contact": None})
    assert claim.kind
    return StoredClaim(number=number, kind=claim.kind, claim=without_contact, rules=rules)


def a_grant(**changes: Any) -> Grant:
    """A grant to another ticket for the order of `a_claim`."""
    defaults = {"number": OTHER_TICKET, "reward_kind": "cashback", "order_key": "VT22319"}
    return Grant.model_validate(defaults | changes)


def context_of(stored: StoredClaim, *rewards: Reward, **changes: Any) -> ClaimContext:
    """The context of a stored claim; rewards of other accounts are separate, as at settlement."""
    own = tuple(one for one in rewards if one.account_id == stored.claim.account_id)
    others = tuple(one for one in rewards if one.account_id != stored.claim.account_id)
    facts = {"links": (a_link(),), "rewards": own, "rewards_of_others": others}
    return stored.in_context(AccountFacts.model_validate(facts | changes))
