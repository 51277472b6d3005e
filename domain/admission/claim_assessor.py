"""A claim on its way to its answer: read once, judged as often as its facts change, the same for
filing and for checking, and its answer in the member's words.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Protocol

from domain.admission.admission import (
    Admission,
    AdmissionRequest,
    CodedReason,
    Entry,
    Judged,
    enter,
    judge,
    label_of,
)
from domain.claims.claim import Facts, TicketClaim
from domain.claims.eligibility import Assessment, Reason, duplicate_key
from domain.claims.parsing import parse, read_claim
from domain.partners.claim_limits import Wanted
from domain.partners.profile import PartnerProfile, PartnerRules
from domain.tickets.emails import language_of

_SENT_TO_SERVICE: Final = frozenset({"reward_granted", "reward_invalid"})


class Phrases(Protocol):
    """Says codes in words."""

    def reason(self, language: str, code: str, field: str | None, told: Mapping[str, Any]) -> str:
        """Return the words for a reason's `code` in `language`."""


class Filing:
    """A claim beside the partner that it is for; `wanted` says which facts it is judged by."""

    def __init__(
        self,
        request: AdmissionRequest,
        profiles: Mapping[str, PartnerProfile],
        phrases: Phrases,
        now: datetime,
    ) -> None:
        """Read the claim; `now` is when it is judged, which may be long after it came."""
        self._request, self._phrases, self._now = request, phrases, now
        self._reading = read_claim(parse(request.claim.encode("utf-8", "surrogatepass")))
        claim = self._reading.value or TicketClaim()
        profile = profiles.get(claim.partner_id or "")
        self._rules = profile.rules if profile else None
        self.wanted = _wanted(claim, None, request.started_at)
        self.bug: Exception | None = None
        try:
            self.wanted = _wanted(claim, self._rules, request.started_at)
        except Exception as error:
            self.bug = error

    def decide(self, facts: Facts) -> Entry:
        """Judge the claim, knowing `facts`, and return what filing writes.

        A claim whose own content we fail to judge ends as refused: judged again, it would fail
        again, for ever. What happened is kept as `bug`.
        """
        judged = self._judged(facts)
        try:
            return enter(self._request, judged, self._rules, self._now, self._say)
        except Exception as error:
            self.bug = error
            return enter(self._request, self._unclear(), self._rules, self._now, self._say)

    def _judged(self, facts: Facts) -> Judged:
        if self.bug:
            return self._unclear()
        try:
            return judge(self._reading, facts, self._rules, self._request.started_at)
        except Exception as error:
            self.bug = error
            return self._unclear()

    def _unclear(self) -> Judged:
        claim = self._reading.value or TicketClaim()
        known = TicketClaim(partner_id=claim.partner_id, kind=claim.kind, contact=claim.contact)
        reason = Reason(code="incomplete", field="claim", expected="unclear")
        wanted = claim.contact.language if claim.contact else None
        own = self._rules.market.language if self._rules else "en"
        return Judged(
            claim=known,
            assessment=Assessment(status="discarded", reasons=(reason,)),
            language=language_of(wanted, own),
        )

    def _say(self, judged: Judged) -> tuple[CodedReason, ...]:
        return in_words(judged, self._rules, self._phrases)


def _wanted(claim: TicketClaim, rules: PartnerRules | None, now: datetime) -> Wanted:
    known = Wanted(account_id=claim.account_id or "", partner_id=claim.partner_id or "", key="")
    if rules is None:
        return known
    told = {
        "key": duplicate_key(claim, rules, now) or "",
        "day": now.astimezone(rules.market.zone).date(),
        "accepted_per_day": rules.limits.accepted_per_day,
    }
    return known.model_copy(update=told)


def in_words(
    judged: Judged, rules: PartnerRules | None, phrases: Phrases
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
            "label": label_of(reason.field, rules, judged.language),
        }
        message = phrases.reason(judged.language, reason.code, reason.field, words | dated)
        said.append(CodedReason(code=reason.code, field=reason.field, message=message))
    return tuple(said)


def pointing_to_service(admission: Admission, support_email: str) -> Admission:
    """Name the customer service's address where the member needs it (R4-R6)."""
    codes = {reason.code for reason in admission.result.reasons}
    if not codes & _SENT_TO_SERVICE:
        return admission
    told = admission.result.model_copy(update={"contact": support_email})
    return admission.model_copy(update={"result": told})
