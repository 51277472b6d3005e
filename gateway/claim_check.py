"""A claim's check: the same decision as filing, by the same rules and facts; nothing is written."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from adapters.postgres.admission import facts_now
from domain.admission.admission import AdmissionRequest, AdmissionResult
from domain.admission.claim_assessor import Filing, pointing_to_service
from gateway.context import AppContext
from gateway.http.middleware import error_location

log = logging.getLogger("gateway")


async def check_claim(context: AppContext, claim: Mapping[str, Any]) -> AdmissionResult:
    """Return what filing `claim` would answer now, with no number; raises `DatabaseUnavailable`.

    Its words are in the member's language. The pages check before they file, too.
    """
    now = context.now
    text = json.dumps(claim, ensure_ascii=False)
    request = AdmissionRequest(number="", run_id="", digest="", claim=text, started_at=now)
    filing = Filing(request, context.profiles, context.emails, now)
    facts = await facts_now(context.postgres, filing.wanted)
    entry = filing.decide(facts)
    if filing.bug:
        log.error("a claim could not be judged: %s", error_location(filing.bug))
    return pointing_to_service(entry.admission, context.settings.support_email).result
