"""Checking a claim: the decision that filing would make, without storing anything."""

import json
import logging

from adapters.postgres.claims.admission import load_facts
from domain.admission.admission import AdmissionRequest, AdmissionResult
from domain.admission.claim_assessor import ClaimAssessor
from domain.admission.reason_texts import with_support_contact
from domain.error_location import error_location
from gateway.context import AppContext
from gateway.json_types import JsonMapping

log = logging.getLogger("gateway")


async def check_claim(context: AppContext, claim: JsonMapping) -> AdmissionResult:
    """Return the result that filing `claim` would have now, without a number.

    Its texts are in the member's language. The pages check claims with it before they file them.
    Raises `DatabaseUnavailable`.
    """
    now = context.now
    text = json.dumps(claim, ensure_ascii=False)
    request = AdmissionRequest(number="", run_id="", digest="", claim=text, started_at=now)
    assessor = ClaimAssessor(request, context.profiles, context.emails, now)
    facts = await load_facts(context.database, assessor.facts_query)
    record = assessor.assess(facts)
    if assessor.unexpected_error:
        log.error("a claim could not be assessed: %s", error_location(assessor.unexpected_error))
    return with_support_contact(record.admission, context.settings.support_email).result
