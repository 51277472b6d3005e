"""Assessment of a claim, for filing and checking: parsed once, assessed whenever facts change."""

from collections.abc import Mapping
from datetime import datetime

from domain.admission.admission import AdmissionRequest, CodedReason
from domain.admission.admission_record import AdmissionRecord, build_admission
from domain.admission.assessed_claim import AssessedClaim, assess_claim, refuse_as_unclear
from domain.admission.reason_texts import ReasonTexts, render_reasons
from domain.claims.account_facts import AccountFacts
from domain.claims.claim import TicketClaim
from domain.claims.claim_parsing import parse_claim
from domain.claims.eligibility.decision import duplicate_key_of
from domain.partners.claim_limits import FactsQuery
from domain.partners.profile import PartnerProfile
from domain.partners.rules import PartnerRules
from domain.values.json_text import parse_json


class ClaimAssessor:
    """A claim and its partner. `facts_query` states which facts the assessment needs."""

    def __init__(
        self,
        request: AdmissionRequest,
        profiles: Mapping[str, PartnerProfile],
        texts: ReasonTexts,
        now: datetime,
    ) -> None:
        """Parse the claim. `now` is the time of assessment, possibly long after it was filed."""
        self._request, self._texts, self._now = request, texts, now
        content = parse_json(request.claim.encode("utf-8", "surrogatepass"))
        self._parsed = parse_claim(content)
        claim = self._parsed.value or TicketClaim()
        profile = profiles.get(claim.partner_id or "")
        self._rules = profile.rules if profile else None
        self.facts_query = _facts_query(claim, None, request.started_at)
        self.unexpected_error: Exception | None = None
        try:
            if self._rules:
                self._parsed = parse_claim(content, self._rules.market.conventions)
            claim = self._parsed.value or claim
            self.facts_query = _facts_query(claim, self._rules, request.started_at)
        except Exception as error:
            self.unexpected_error = error

    def assess(self, facts: AccountFacts) -> AdmissionRecord:
        """Assess the claim by `facts` and return what filing stores.

        A claim whose assessment fails is refused, because it would fail on every retry. The error
        is stored in `unexpected_error`.
        """
        assessed = self._assess(facts)
        try:
            return self._build_admission(assessed)
        except Exception as error:
            self.unexpected_error = error
            return self._build_admission(refuse_as_unclear(self._parsed, self._rules))

    def _assess(self, facts: AccountFacts) -> AssessedClaim:
        if self.unexpected_error:
            return refuse_as_unclear(self._parsed, self._rules)
        try:
            return assess_claim(self._parsed, facts, self._rules, self._request.started_at)
        except Exception as error:
            self.unexpected_error = error
            return refuse_as_unclear(self._parsed, self._rules)

    def _build_admission(self, assessed: AssessedClaim) -> AdmissionRecord:
        return build_admission(self._request, assessed, self._rules, self._now, self._render)

    def _render(self, assessed: AssessedClaim) -> tuple[CodedReason, ...]:
        return render_reasons(assessed, self._rules, self._texts)


def _facts_query(claim: TicketClaim, rules: PartnerRules | None, now: datetime) -> FactsQuery:
    account_id, partner_id = claim.account_id or "", claim.partner_id or ""
    if rules is None:
        return FactsQuery(account_id=account_id, partner_id=partner_id, key="")
    return FactsQuery(
        account_id=account_id,
        partner_id=partner_id,
        key=duplicate_key_of(claim, rules, now) or "",
        day=rules.market.date_of(now),
        accepted_per_day=rules.limits.accepted_per_day,
    )
