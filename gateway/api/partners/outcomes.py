"""Signed outcomes of partners (docs/contract.md, "Partner's call to us")."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Request, Security

from adapters.security.webhook_signatures import SignedMessage, could_be_signed, verify_signature
from domain.codes import RefusalCode
from domain.errors import RequestRejected
from domain.values.json_text import parse_json
from domain.values.ticket_number import is_canonical
from gateway.api.partners.outcome_batch import MAX_BATCH_BYTES, MAX_ITEMS, parse_item, split_batch
from gateway.api.partners.outcome_document import SIGNATURE, documented_request
from gateway.api.partners.outcome_results import batch_results
from gateway.api.schemas.outcomes import OutcomeResults
from gateway.context import AppContext, Context
from gateway.http.auth import ApiRoute
from gateway.http.problems import Problem, responses
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_event
from gateway.outcome_intake import accept_outcomes

router = APIRouter(prefix="/v1", tags=["outcomes"], route_class=ApiRoute)


@router.post(
    "/partners/{partner_id}/outcomes",
    operation_id="outcomes_submit",
    summary="Submit outcomes",
    status_code=202,
    response_description="A result for each outcome, in its order",
    dependencies=[Security(SIGNATURE)],
    responses=responses(
        RefusalCode.MALFORMED,
        RefusalCode.PAYLOAD_TOO_LARGE,
        RefusalCode.TOO_MANY_REQUESTS,
        RefusalCode.UNAUTHORISED,
        RefusalCode.REPLAYED_MESSAGE,
        RefusalCode.UNAVAILABLE,
    ),
    openapi_extra=documented_request(),
)
async def submit_outcomes(
    request: Request,
    context: Context,
    partner_id: Annotated[str, Path(examples=["velotel"])],
) -> OutcomeResults:
    """Submit one outcome or a list of them, signed over the raw body (Standard Webhooks 1.0.0).

    All valid outcomes are stored before the response; invalid ones do not affect the others.
    Repeating the same message is `replayed_message`; a retry with a newer timestamp gets the same
    results.
    """
    if not could_be_signed(request.headers, context.now):
        log_event(SecurityEvent.SIGNATURE_REFUSED, path=request.url.path)
        raise _unsigned()
    body = await request.body()
    signed = _verified(body, request, context.partner_secrets(partner_id))
    items = await _items(context, partner_id, body)
    profile = context.profiles.get(partner_id)
    market = profile.rules.market if profile else None
    readings = [parse_item(item, partner_id, market) for item in items]
    read = [reading.value for reading in readings if reading.value]
    outcomes = [outcome for outcome in read if is_canonical(outcome.number or "")]
    accepted = await accept_outcomes(context, partner_id, outcomes, signed)
    if accepted is None:
        raise Problem(RefusalCode.REPLAYED_MESSAGE)
    return OutcomeResults(results=batch_results(items, readings, accepted, signed.message_id))


def _verified(body: bytes, request: Request, secrets: Sequence[str]) -> SignedMessage:
    try:
        return verify_signature(body, request.headers, secrets)
    except RequestRejected:
        log_event(SecurityEvent.SIGNATURE_REFUSED, path=request.url.path)
        raise _unsigned() from None


async def _items(context: AppContext, partner_id: str, body: bytes) -> list[object]:
    """Return the items of a body, within the limits of its size and of the partner's rate."""
    await context.limits.hit("partner_calls", partner_id)
    items = split_batch(parse_json(body, MAX_BATCH_BYTES))
    if items is None:
        raise Problem(RefusalCode.MALFORMED, {"body": "json"})
    if len(items) > MAX_ITEMS:
        raise Problem(RefusalCode.PAYLOAD_TOO_LARGE)
    await context.limits.hit("partner_outcomes", partner_id, cost=len(items))
    return items


def _unsigned() -> Problem:
    return Problem(RefusalCode.UNAUTHORISED, headers={"www-authenticate": "Standard-Webhooks"})
