"""A claim's check: the same decision as filing, by the same rules and facts; nothing is written."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from adapters.postgres.admission import facts_now
from domain.admission.admission import AdmissionRequest, AdmissionResult
from domain.admission.claim_assessor import ClaimAssessor, with_support_contact
from domain.error_location import error_location
from gateway.context import AppContext

log = logging.getLogger("gateway")


async def check_claim(context: AppContext, claim: Mapping[str, Any]) -> AdmissionResult:
    """Return what filing `claim` would answer now, with no number; raises `DatabaseUnavailable`.

    Its words are in the member's language. The pages check before they file, too.
    """
    now = context.now
    text = json.dumps(claim, ensure_ascii=False)
    request = AdmissionRequest(number="", run_id="", digest="", claim=text, started_at=now)
    assessor = ClaimAssessor(request, context.profiles, context.emails, now)
    facts = await facts_now(context.postgres, assessor.facts_query)
    entry = assessor.assess(facts)
    if assessor.unexpected_error:
        log.error("a claim could not be judged: %s", error_location(assessor.unexpected_error))
    return with_support_contact(entry.admission, context.settings.support_email).result
