"""A claim whose assessment fails is refused."""

from datetime import UTC, datetime

from domain.admission.admission import AdmissionRequest
from domain.admission.claim_assessor import ClaimAssessor
from domain.partners.rules import PartnerRules
from tests.support.builders import NOW, NUMBER, a_partner, a_profile, claim_json, some_facts


class Codes:
    """Words that are codes."""

    def render_reason(self, language: str, code: str, field: str | None, params: object) -> str:
        return code


def filing(rules: PartnerRules) -> ClaimAssessor:
    """A claim that is judged by these rules."""
    profile = a_profile()
    profiles = {rules.id: profile.model_copy(update={"rules": rules})}
    request = AdmissionRequest(
        number=NUMBER, run_id="run-1", digest="d", claim=claim_json(), started_at=NOW
    )
    return ClaimAssessor(request, profiles, Codes(), datetime.now(UTC))


def test_a_claim_that_we_fail_to_judge_ends_as_refused() -> None:
    rules = a_partner()
    nowhere = rules.market.model_copy(update={"time_zone": "Europe/Nowhere"})
    judged = filing(rules.model_copy(update={"market": nowhere}))
    entry = judged.assess(some_facts())
    result = entry.admission.result
    assert (result.status, [one.code for one in result.reasons]) == ("discarded", ["incomplete"])
    assert result.reasons[0].field == "claim"
    assert judged.unexpected_error is not None
    assert entry.admission.emails


def test_a_claim_that_is_judged_leaves_no_trace_of_a_bug() -> None:
    judged = filing(a_partner())
    judged.assess(some_facts())
    assert judged.unexpected_error is None
