"""Outcomes in: partners tell what they found (contract.md, "Partner's call to us")."""

import re
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Security
from fastapi.security import APIKeyHeader

from adapters.postgres.outcomes import TOO_MANY, Kept, Key, key_of
from adapters.security import webhook_signatures
from adapters.security.webhook_signatures import Signed, check_signature, could_be_signed
from domain.claims.parsing import ParseResult, parse_json
from domain.errors import RequestRejected
from domain.tickets.discrepancies import ID_REUSED, UNCHANGED, same_content
from domain.tickets.messages import PartnerOutcome
from domain.values.ticket_number import is_canonical
from gateway.api.outcome_batch import LONGEST_LIST, MOST_ITEMS, items_of, read_item
from gateway.api.schemas.outcomes import (
    CONFIRMED_OUTCOME,
    REJECTED_OUTCOME,
    OutcomeResult,
    OutcomeResults,
)
from gateway.context import Context
from gateway.http.auth import ApiRoute
from gateway.http.problems import FieldError, Problem, responses
from gateway.http.security_log import SecurityEvent, log_event
from gateway.outcome_intake import AcceptedOutcomes, accept_outcomes

router = APIRouter(prefix="/v1", tags=["outcomes"], route_class=ApiRoute)
_WRITABLE: Final = re.compile(r"[!-~]{1,200}")


_HEADERS: Final = {
    webhook_signatures.ID: (
        "The message's id. A retry keeps it, under a newer timestamp.",
        "msg-1",
    ),
    webhook_signatures.TIMESTAMP: (
        "Seconds since 1970 (UTC); five minutes from now at most, either way.",
        "1791532800",
    ),
}
_SIGNATURE: Final = APIKeyHeader(
    name=webhook_signatures.SIGNATURE,
    scheme_name="webhookSignature",
    auto_error=False,
    description="Standard Webhooks 1.0.0: `v1,` and base64 of HMAC-SHA256 over"
    " `webhook-id.webhook-timestamp.body` under your secret; several with spaces between them.",
)


def _schema() -> dict[str, Any]:
    """Describe an outcome as it is sent: the address names the partner already."""
    schema = PartnerOutcome.model_json_schema()
    found: dict[str, Any] = _inlined(schema, schema.pop("$defs", {}))
    found["required"] = ["outcome_id", "number", "outcome"]
    found["properties"]["number"] = {"type": "string", "maxLength": 64}
    return found


def _inlined(part: Any, known: Mapping[str, Any]) -> Any:
    if isinstance(part, list):
        return [_inlined(one, known) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(known[part["$ref"].rpartition("/")[2]], known)
    return {name: _inlined(one, known) for name, one in part.items()}


def _documented() -> dict[str, Any]:
    """Return what the signature of `take` cannot say: it reads the raw body and its headers."""
    outcome = _schema()
    many = {"type": "array", "items": outcome, "maxItems": MOST_ITEMS}
    one = {"summary": "One outcome", "value": CONFIRMED_OUTCOME}
    several = {"summary": "Several", "value": [CONFIRMED_OUTCOME, REJECTED_OUTCOME]}
    return {
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": words}
            | {"schema": {"type": "string"}, "example": shown}
            for name, (words, shown) in _HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"oneOf": [outcome, many]},
                    "examples": {"one": one, "several": several},
                }
            },
        },
    }


@router.post(
    "/partners/{partner_id}/outcomes",
    status_code=202,
    summary="Tell outcomes",
    response_description="A result for each outcome, in its order",
    dependencies=[Security(_SIGNATURE)],
    responses=responses(
        "malformed",
        "payload_too_large",
        "too_many_requests",
        "unauthorised",
        "replayed_message",
        "unavailable",
    ),
    openapi_extra=_documented(),
)
async def take(
    request: Request,
    context: Context,
    partner_id: Annotated[str, Path(examples=["velotel"])],
) -> OutcomeResults:
    """Tell what you found about claims. Signed over the raw body as Standard Webhooks 1.0.0 say,
    with your secret; every outcome is stored before this is answered, and a bad one spoils no
    other. The same message again is `replayed_message`; a retry with a newer timestamp gets the
    same results.
    """
    if not could_be_signed(request.headers, context.now):
        log_event(SecurityEvent.SIGNATURE_REFUSED, path=request.url.path)
        raise _unsigned()
    body = await request.body()
    signed = _signed(body, request, context.partner_secrets(partner_id))
    await context.limits.hit("partner_calls", partner_id)
    items = items_of(parse_json(body.removeprefix(BOM_UTF8), LONGEST_LIST))
    if items is None:
        raise Problem("malformed", {"body": "json"})
    if len(items) > MOST_ITEMS:
        raise Problem("payload_too_large")
    await context.limits.hit("partner_outcomes", partner_id, cost=len(items))
    profile = context.profiles.get(partner_id)
    zone = profile.rules.market.zone if profile else None
    readings = [read_item(item, partner_id, zone) for item in items]
    read = [reading.value for reading in readings if reading.value]
    outcomes = [outcome for outcome in read if is_canonical(outcome.number or "")]
    taken = await accept_outcomes(context, partner_id, outcomes, signed)
    if taken is None:
        raise Problem("replayed_message")
    return OutcomeResults(results=_results(items, readings, taken, signed.message_id))


def _signed(body: bytes, request: Request, secrets: Sequence[str]) -> Signed:
    try:
        return check_signature(body, request.headers, secrets)
    except RequestRejected:
        log_event(SecurityEvent.SIGNATURE_REFUSED, path=request.url.path)
        raise _unsigned() from None


def _unsigned() -> Problem:
    return Problem("unauthorised", headers={"www-authenticate": "Standard-Webhooks"})


def _results(
    items: Sequence[object],
    readings: Sequence[ParseResult[PartnerOutcome]],
    taken: AcceptedOutcomes,
    message_id: str,
) -> list[OutcomeResult]:
    results: list[OutcomeResult] = []
    seen: set[Key] = set()
    for item, reading in zip(items, readings, strict=True):
        result = OutcomeResult(
            outcome_id=_told(item, "outcome_id"),
            number=reading.value.number if reading.value else _told(item, "number"),
            status="refused",
            unknown_fields=list(reading.unknown_fields),
        )
        if reading.value is None:
            result.code, result.errors = "malformed", _errors(reading.problems)
        else:
            key = key_of(reading.value)
            brought_by = None if key in seen else message_id
            _judge(result, reading.value, taken.known.get(key), brought_by)
            if key not in taken.known and key[0] in taken.numbers:
                result.code = TOO_MANY
            seen.add(key)
        results.append(result)
    return results


def _judge(
    result: OutcomeResult, outcome: PartnerOutcome, kept: Kept | None, brought_by: str | None
) -> None:
    told = OutcomeResult.model_validate({"status": "refused", "code": _code(outcome, kept)})
    result.code = told.code
    if kept and result.code in (None, UNCHANGED):
        is_new = brought_by is not None and kept.message_id == brought_by
        result.status = "accepted" if is_new and result.code is None else "duplicate"


def _code(outcome: PartnerOutcome, kept: Kept | None) -> str | None:
    if kept is None:
        return "unknown_number"
    return kept.refusal if same_content(kept.outcome, outcome) else ID_REUSED


def _errors(problems: Mapping[str, str]) -> list[FieldError]:
    return [FieldError(field=at or "outcome", expected=what) for at, what in problems.items()]


def _told(item: object, name: str) -> str | None:
    """Return what an item names, as far as it can be written back."""
    told = item.get(name) if isinstance(item, dict) else None
    return told if isinstance(told, str) and _WRITABLE.fullmatch(told) else None
