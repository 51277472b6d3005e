"""Claims that have a ticket, and their cases by other facts than those of their filing."""

from typing import Any

from domain.claims.account_facts import AccountFacts, Grant
from domain.claims.claim_context import ClaimContext
from domain.claims.rewards import Reward
from domain.claims.stored_claim import StoredClaim
from domain.partners.rules import PartnerRules
from tests.support.builders import NUMBER, a_claim, a_contest, a_link, a_partner

OTHER_TICKET = "ZW-9999-P9XT-M2AB-0"


def a_filed(
    partner: PartnerRules | None = None, number: str = NUMBER, **changes: Any
) -> StoredClaim:
    """The claim of `a_claim`, or with kind `rejected_reward` that of `a_contest`, with a ticket."""
    contests = changes.get("kind") == "rejected_reward"
    claim = a_contest(**changes) if contests else a_claim(**changes)
    rules = partner or a_partner()
    kept = claim.model_copy(update={"contact": None})  # the ticket's claim is judged without it
    assert claim.kind
    return StoredClaim(number=number, kind=claim.kind, claim=kept, rules=rules)


def a_grant(**changes: Any) -> Grant:
    """A grant to another ticket for the order of `a_claim`."""
    known = {"number": OTHER_TICKET, "reward_kind": "cashback", "order_key": "VT22319"}
    return Grant.model_validate(known | changes)


def case_of(filed: StoredClaim, *rewards: Reward, **known: Any) -> ClaimContext:
    """Its case; rewards of other accounts are known as such, as at settlement."""
    own = tuple(one for one in rewards if one.account_id == filed.claim.account_id)
    others = tuple(one for one in rewards if one.account_id != filed.claim.account_id)
    facts = {"links": (a_link(),), "rewards": own, "rewards_of_others": others}
    return filed.in_context(AccountFacts.model_validate(facts | known))
