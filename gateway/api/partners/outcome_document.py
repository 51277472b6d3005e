"""What the OpenAPI document says of partner outcomes: the call parses its request itself."""

from typing import Any, Final

from fastapi.security import APIKeyHeader

from adapters.security import webhook_signatures
from domain.tickets.messages.signals import PartnerOutcome
from gateway.api.partners.outcome_batch import MAX_ITEMS
from gateway.api.schemas.outcomes import CONFIRMED_OUTCOME, REJECTED_OUTCOME
from gateway.json_types import JsonMapping, JsonObject

_HEADERS: Final = {
    webhook_signatures.ID: (
        "The message's id. A retry keeps the id and has a newer timestamp.",
        "msg-1",
    ),
    webhook_signatures.TIMESTAMP: (
        "Seconds since 1970 (UTC), at most five minutes from now.",
        "1791532800",
    ),
}
SIGNATURE: Final = APIKeyHeader(
    name=webhook_signatures.SIGNATURE,
    scheme_name="webhookSignature",
    auto_error=False,
    description="Standard Webhooks 1.0.0: `v1,` and the base64 HMAC-SHA256 of"
    " `webhook-id.webhook-timestamp.body` under your secret; several are separated by spaces.",
)


def documented_request() -> JsonObject:
    """Describe headers and body: one outcome or a list of them."""
    outcome = _schema()
    batch = {"type": "array", "items": outcome, "maxItems": MAX_ITEMS}
    one = {"summary": "One outcome", "value": CONFIRMED_OUTCOME}
    several = {"summary": "Several", "value": [CONFIRMED_OUTCOME, REJECTED_OUTCOME]}
    return {
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": description}
            | {"schema": {"type": "string"}, "example": example}
            for name, (description, example) in _HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"oneOf": [outcome, batch]},
                    "examples": {"one": one, "several": several},
                }
            },
        },
    }


def _schema() -> JsonObject:
    """Return the schema of an outcome without `partner_id`'s requirement: the path names it."""
    schema = PartnerOutcome.model_json_schema()
    inlined: JsonObject = _inline(schema, schema.pop("$defs", {}))
    inlined["required"] = ["outcome_id", "number", "outcome"]
    inlined["properties"]["number"] = {"type": "string", "maxLength": 64}
    return inlined


def _inline(part: Any, definitions: JsonMapping) -> Any:
    if isinstance(part, list):
        return [_inline(one, definitions) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inline(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return {name: _inline(one, definitions) for name, one in part.items()}
