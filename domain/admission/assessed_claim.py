"""A parsed claim together with its assessment."""

from datetime import datetime

from domain.claims.account_facts import AccountFacts
from domain.claims.claim import TicketClaim
from domain.claims.eligibility.assessment import Assessment, Reason
from domain.claims.eligibility.decision import assess
from domain.codes import RefusalCode
from domain.partners.rules import PartnerRules
from domain.tickets.changes.emails import select_language
from domain.values.parsing import ParseResult
from domain.values.types import FrozenModel


class AssessedClaim(FrozenModel):
    """A claim, its assessment, and the language of the answer."""

    claim: TicketClaim
    assessment: Assessment
    language: str
    unknown_fields: tuple[str, ...] = ()


def assess_claim(
    parsed: ParseResult[TicketClaim],
    facts: AccountFacts,
    partner: PartnerRules | None,
    now: datetime,
) -> AssessedClaim:
    """Assess a parsed claim; `now` is the start of its workflow."""
    claim = parsed.value or TicketClaim()
    return AssessedClaim(
        claim=claim,
        assessment=assess(claim, facts, partner, now, parsed.problems),
        language=_language(claim, partner),
        unknown_fields=parsed.unknown_fields,
    )


def refuse_as_unclear(
    parsed: ParseResult[TicketClaim], partner: PartnerRules | None
) -> AssessedClaim:
    """Return the refusal of a claim whose assessment failed."""
    claim = parsed.value or TicketClaim()
    reason = Reason(code=RefusalCode.INCOMPLETE, field="claim", expected="unclear")
    return AssessedClaim(
        claim=TicketClaim(partner_id=claim.partner_id, kind=claim.kind, contact=claim.contact),
        assessment=Assessment(status="discarded", reasons=(reason,)),
        language=_language(claim, partner),
    )


def _language(claim: TicketClaim, partner: PartnerRules | None) -> str:
    preferred = claim.contact.language if claim.contact else None
    return select_language(preferred, partner.market.language if partner else "en")
