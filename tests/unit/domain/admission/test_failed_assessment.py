"""A claim whose assessment fails is discarded."""

from datetime import UTC, datetime

from domain.admission.admission import AdmissionRequest
from domain.admission.claim_assessor import ClaimAssessor
from domain.partners.rules import PartnerRules
from tests.support.builders import NOW, NUMBER, a_partner, a_profile, claim_json, some_facts


class CodeTexts:
    """Texts that are the codes themselves."""

    def render_reason(self, language: str, code: str, field: str | None, params: object) -> str:
        return code


def an_assessor(rules: PartnerRules) -> ClaimAssessor:
    """The assessor of a claim under these rules."""
    profile = a_profile()
    profiles = {rules.id: profile.model_copy(update={"rules": rules})}
    request = AdmissionRequest(
        number=NUMBER, run_id="run-1", digest="d", claim=claim_json(), started_at=NOW
    )
    return ClaimAssessor(request, profiles, CodeTexts(), datetime.now(UTC))


def test_a_claim_whose_assessment_fails_is_discarded() -> None:
    rules = a_partner()
    unknown_zone = rules.market.model_copy(update={"time_zone": "Europe/Nowhere"})
    assessor = an_assessor(rules.model_copy(update={"market": unknown_zone}))
    record = assessor.assess(some_facts())
    result = record.admission.result
    assert (result.status, [reason.code for reason in result.reasons]) == (
        "discarded",
        ["incomplete"],
    )
    assert result.reasons[0].field == "claim"
    assert assessor.unexpected_error is not None
    assert record.admission.emails


def test_an_assessment_without_an_error_reports_none() -> None:
    assessor = an_assessor(a_partner())
    assessor.assess(some_facts())
    assert assessor.unexpected_error is None
