"""A claim on its way to its answer: read once, judged as often as its facts change, the same for
filing and for checking, and its answer in the member's words.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Protocol

from domain.admission.admission import (
    Admission,
    AdmissionRecord,
    AdmissionRequest,
    AssessedClaim,
    CodedReason,
    assess_claim,
    build_admission,
    field_label,
)
from domain.claims.account_facts import AccountFacts
from domain.claims.claim import TicketClaim
from domain.claims.claim_parsing import parse_claim
from domain.claims.eligibility.assessment import Assessment, Reason
from domain.claims.eligibility.decision import duplicate_key_of
from domain.codes import RefusalCode
from domain.partners.claim_limits import FactsQuery
from domain.partners.profile import PartnerProfile
from domain.partners.rules import PartnerRules
from domain.tickets.changes.emails import select_language
from domain.values.json_text import parse_json

_SUPPORT_CONTACT_CODES: Final = frozenset({RefusalCode.REWARD_GRANTED, RefusalCode.REWARD_INVALID})


class ReasonTexts(Protocol):
    """Says codes in words."""

    def render_reason(
        self, language: str, code: str, field: str | None, told: Mapping[str, Any]
    ) -> str:
        """Return the words for a reason's `code` in `language`."""


class ClaimAssessor:
    """A claim beside the partner that it is for; `wanted` says which facts it is judged by."""

    def __init__(
        self,
        request: AdmissionRequest,
        profiles: Mapping[str, PartnerProfile],
        texts: ReasonTexts,
        now: datetime,
    ) -> None:
        """Read the claim; `now` is when it is judged, which may be long after it came."""
        self._request, self._phrases, self._now = request, texts, now
        self._reading = parse_claim(parse_json(request.claim.encode("utf-8", "surrogatepass")))
        claim = self._reading.value or TicketClaim()
        profile = profiles.get(claim.partner_id or "")
        self._rules = profile.rules if profile else None
        self.facts_query = _facts_query(claim, None, request.started_at)
        self.unexpected_error: Exception | None = None
        try:
            self.facts_query = _facts_query(claim, self._rules, request.started_at)
        except Exception as error:
            self.unexpected_error = error

    def assess(self, facts: AccountFacts) -> AdmissionRecord:
        """Judge the claim, knowing `facts`, and return what filing writes.

        A claim whose own content we fail to judge ends as refused: judged again, it would fail
        again, for ever. What happened is kept as `bug`.
        """
        judged = self._judged(facts)
        try:
            return build_admission(self._request, judged, self._rules, self._now, self._say)
        except Exception as error:
            self.unexpected_error = error
            return build_admission(
                self._request, self._unclear(), self._rules, self._now, self._say
            )

    def _judged(self, facts: AccountFacts) -> AssessedClaim:
        if self.unexpected_error:
            return self._unclear()
        try:
            return assess_claim(self._reading, facts, self._rules, self._request.started_at)
        except Exception as error:
            self.unexpected_error = error
            return self._unclear()

    def _unclear(self) -> AssessedClaim:
        claim = self._reading.value or TicketClaim()
        known = TicketClaim(partner_id=claim.partner_id, kind=claim.kind, contact=claim.contact)
        reason = Reason(code=RefusalCode.INCOMPLETE, field="claim", expected="unclear")
        wanted = claim.contact.language if claim.contact else None
        own = self._rules.market.language if self._rules else "en"
        return AssessedClaim(
            claim=known,
            assessment=Assessment(status="discarded", reasons=(reason,)),
            language=select_language(wanted, own),
        )

    def _say(self, judged: AssessedClaim) -> tuple[CodedReason, ...]:
        return render_reasons(judged, self._rules, self._phrases)


def _facts_query(claim: TicketClaim, rules: PartnerRules | None, now: datetime) -> FactsQuery:
    known = FactsQuery(account_id=claim.account_id or "", partner_id=claim.partner_id or "", key="")
    if rules is None:
        return known
    told = {
        "key": duplicate_key_of(claim, rules, now) or "",
        "day": now.astimezone(rules.market.zone).date(),
        "accepted_per_day": rules.limits.accepted_per_day,
    }
    return known.model_copy(update=told)


def render_reasons(
    judged: AssessedClaim, rules: PartnerRules | None, texts: ReasonTexts
) -> tuple[CodedReason, ...]:
    """Put the reasons of a judged claim into the member's words."""
    a = judged.assessment
    dated = {
        "available_from": a.available_from.isoformat() if a.available_from else None,
        "last_day": a.last_day.isoformat() if a.last_day else None,
        "existing_ticket": a.existing_ticket,
    }
    said = []
    for reason in a.reasons:
        words = {
            "expected": reason.expected or "unclear",
            "label": field_label(reason.field, rules, judged.language),
        }
        message = texts.render_reason(judged.language, reason.code, reason.field, words | dated)
        said.append(CodedReason(code=reason.code, field=reason.field, message=message))
    return tuple(said)


def with_support_contact(admission: Admission, support_email: str) -> Admission:
    """Name the customer service's address where the member needs it (R4-R6)."""
    codes = {reason.code for reason in admission.result.reasons}
    if not codes & _SUPPORT_CONTACT_CODES:
        return admission
    told = admission.result.model_copy(update={"contact": support_email})
    return admission.model_copy(update={"result": told})
