"""Assessment of claims by the facts and the partner of the builders."""

from datetime import datetime

from domain.claims.account_facts import AccountFacts
from domain.claims.claim import TicketClaim
from domain.claims.eligibility.assessment import Assessment
from domain.claims.eligibility.decision import assess
from domain.partners.rules import PartnerRules
from tests.support.builders import NOW, a_partner, some_facts

REFERRAL = {"kind": "missing_referral_reward"}
PARTNER = a_partner()


def assess_claim(
    claim: TicketClaim,
    facts: AccountFacts | None = None,
    partner: PartnerRules | None = PARTNER,
    now: datetime = NOW,
) -> Assessment:
    """The assessment of a claim against the facts and the partner of the builders."""
    return assess(claim, some_facts() if facts is None else facts, partner, now)


def codes(assessment: Assessment) -> set[str]:
    """The codes of an assessment; none if the claim is accepted."""
    return {reason.code for reason in assessment.reasons}
