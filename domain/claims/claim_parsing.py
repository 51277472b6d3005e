"""Parsing of a claim: malformed fields become codes, and never hide the others."""

from typing import Final

from pydantic import ValidationError

from domain.claims.claim import TicketClaim
from domain.values.parsing import ParseResult, find_unknown_fields

_CODES_BY_ERROR_TYPE: Final = {
    "missing": "required",
    "enum": "not_an_option",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "string_too_short": "required",
    "string_pattern": "malformed_pattern",
    "string": "not_text",
    "date": "malformed_date",
    "timezone": "malformed_date",
    "greater_than": "malformed_date",
    "less_than": "malformed_date",
    "value_error": "malformed_date",
}
"""Codes of `[expected]` in the catalogs, by the prefix of pydantic's error type."""


def parse_claim(content: object) -> ParseResult[TicketClaim]:
    """Parse a claim; malformed fields are dropped and reported, the rest remains to be assessed."""
    fields = dict(content) if isinstance(content, dict) else {}
    problems = {} if isinstance(content, dict) else {"claim": "unclear"}
    unknown = find_unknown_fields(TicketClaim, fields)
    try:
        claim = TicketClaim.model_validate(fields)
    except ValidationError as error:
        problems |= _field_codes(error)
        invalid = {str(e["loc"][0]) for e in error.errors(include_url=False)}
        valid = {key: value for key, value in fields.items() if key not in invalid}
        if "contact.email" in problems:  # without an address, name and language are still used
            valid["contact"] = {**fields["contact"], "email": None}
        claim = TicketClaim.model_validate(valid)
    return ParseResult[TicketClaim](value=claim, problems=problems, unknown_fields=unknown)


def _field_codes(error: ValidationError) -> dict[str, str]:
    """Return, per field, the code of what was expected: the codes that forms use."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return {".".join(map(str, e["loc"])): _code(e["type"], str(e["loc"][-1])) for e in found}


def _code(kind: str, field: str) -> str:
    if field == "email":
        return "not_text" if kind == "string_type" else "malformed_email"
    return next(
        (code for prefix, code in _CODES_BY_ERROR_TYPE.items() if kind.startswith(prefix)),
        "unclear",
    )
