"""A partner's form as JSON Schema (draft 2020-12), with labels and help in one language.

The schema describes answers as they are stored: cleaned, numbers without groups, dates as
`2026-10-01`. Filing accepts other spellings too. If a rule cannot be expressed (a pattern
with another meaning in browsers, a text of nothing but invisible characters), the schema allows
more, and filing decides.
"""

from typing import Final

from fastapi.responses import JSONResponse

from domain.claims.form_answers import MAX_ANSWER_LENGTH, MAX_ORDER_NUMBER_LENGTH
from domain.partners.claim_kind import ClaimKind
from domain.partners.form_fields import FormField
from domain.partners.rules import PartnerRules
from gateway.api.partners.ecma_patterns import to_ecma
from gateway.json_types import JsonObject

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_NUMBER: Final = r"^\s*[0-9]{1,15}(?:[.,](?:[0-9]{1,2}|[0-9]{4,15}))?\s*$"
_NOT_BLANK: Final = r"\S"


class SchemaResponse(JSONResponse):
    """A response that is a JSON Schema."""

    media_type = "application/schema+json"


def form_schema(partner: PartnerRules, kind: ClaimKind, language: str) -> JsonObject:
    """Return the schema of a claim's `answers`; `x-order` lists the fields in their order."""
    fields = partner.form(kind)
    return {
        "$schema": DIALECT,
        "title": partner.name,
        "type": "object",
        "properties": {field.name: _field(field, language) for field in fields},
        "required": [field.name for field in fields if field.required],
        "x-order": [field.name for field in fields],
    }


def _field(field: FormField, language: str) -> JsonObject:
    texts = {"title": field.label_in(language), "description": field.help_in(language)}
    max_length = MAX_ORDER_NUMBER_LENGTH if field.is_order_number else MAX_ANSWER_LENGTH
    shape = {"type": "string", "maxLength": max_length, **_rules(field, language)}
    marks = {"x-order-number": True} if field.is_order_number else {}
    examples = {"examples": [field.example]} if field.example else {}
    return {name: text for name, text in texts.items() if text} | shape | marks | examples


def _rules(field: FormField, language: str) -> JsonObject:
    match field.type:
        case "date" | "email":
            return {"format": field.type}
        case "choice":
            return {
                "oneOf": [
                    {"const": option, "title": field.option_in(language, option)}
                    for option in field.options
                ]
            }
        case "number":
            own = to_ecma(field.pattern) if field.pattern else None
            return {"pattern": own or _NUMBER, "x-type": "number"}
        case _:
            own = to_ecma(field.pattern) if field.pattern else None
            return {"pattern": own or _NOT_BLANK}


EXAMPLE: Final = {
    "$schema": DIALECT,
    "title": "Velotel",
    "type": "object",
    "properties": {
        "order_number": {
            "title": "Contract number",
            "description": "Starts with VT; see the first page of the contract.",
            "type": "string",
            "maxLength": MAX_ORDER_NUMBER_LENGTH,
            "pattern": r"^\s*(?:[Vv][Tt][\- ]?[0-9]{4}[\- ]?[0-9])\s*$",
            "x-order-number": True,
            "examples": ["VT-2231-9"],
        }
    },
    "required": ["order_number"],
    "x-order": ["order_number"],
}
