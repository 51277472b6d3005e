"""Admission records of the claims of the builders."""

from datetime import datetime, timedelta
from typing import Any

from domain.admission.admission import AdmissionRequest, CodedReason
from domain.admission.admission_record import AdmissionRecord, build_admission
from domain.admission.assessed_claim import AssessedClaim, assess_claim
from domain.claims.account_facts import AccountFacts
from domain.claims.claim_digest import claim_digest
from domain.claims.claim_parsing import parse_claim
from domain.partners.rules import PartnerRules
from domain.values.json_text import parse_json
from tests.support.builders import NOW, NUMBER, a_partner, claim_json, some_facts


def render_codes(assessed: AssessedClaim) -> tuple[CodedReason, ...]:
    """Each reason with its code in capitals as its text."""
    return tuple(
        CodedReason(code=reason.code, field=reason.field, message=reason.code.upper())
        for reason in assessed.assessment.reasons
    )


def admission_record(
    raw: str | None = None,
    facts: AccountFacts | None = None,
    partner: PartnerRules | None = None,
    took: timedelta = timedelta(),
    now: datetime = NOW,
    **changes: Any,
) -> AdmissionRecord:
    """The record of a claim that was filed at `now` and decided after `took`."""
    text = raw or claim_json(**changes)
    partner = partner or a_partner()
    request = AdmissionRequest(
        number=NUMBER, run_id="run-1", digest=claim_digest(parse_json(text.encode())), claim=text,
        started_at=now,
    )  # fmt: skip
    parsed = parse_claim(parse_json(text.encode()))
    assessed = assess_claim(parsed, facts or some_facts(), partner, request.started_at)
    return build_admission(request, assessed, partner, now + took, render_codes)
