"""Parsing of a claim: malformed fields become codes, and never hide the others."""

from typing import Final

from pydantic import ValidationError

from domain.claims.claim import TicketClaim
from domain.values.expectations import sub_code
from domain.values.input.conventions import Conventions
from domain.values.parsing import ParseResult, find_unknown_fields, without_empty_texts

_OF_PROGRAMS: Final = frozenset({"malformed", "malformed_pattern"})
"""Sub-codes of ids and structures, about which no member can do anything."""


def parse_claim(
    content: object, conventions: Conventions | None = None
) -> ParseResult[TicketClaim]:
    """Parse a claim; malformed fields are dropped and reported, the rest remains to be assessed.

    An empty text counts as absent. Dates and times are read by the `conventions` of a market.
    """
    fields = without_empty_texts(content) if isinstance(content, dict) else {}
    if isinstance(contact := fields.get("contact"), dict):
        fields["contact"] = without_empty_texts(contact)
    problems = {} if isinstance(content, dict) else {"claim": "unclear"}
    unknown = find_unknown_fields(TicketClaim, fields)
    try:
        claim = TicketClaim.model_validate(fields, context=conventions)
    except ValidationError as error:
        problems |= _field_codes(error)
        invalid = {str(e["loc"][0]) for e in error.errors(include_url=False)}
        valid = {key: value for key, value in fields.items() if key not in invalid}
        if "contact.email" in problems:  # without an address, name and language are still used
            valid["contact"] = {**fields["contact"], "email": None}
        claim = TicketClaim.model_validate(valid, context=conventions)
    return ParseResult[TicketClaim](value=claim, problems=problems, unknown_fields=unknown)


def _field_codes(error: ValidationError) -> dict[str, str]:
    """Return, per field, the code of what was expected: the codes that forms use."""
    found = error.errors(include_url=False, include_input=False)
    codes = {".".join(map(str, e["loc"])): sub_code(e) for e in found}
    return {at: "unclear" if code in _OF_PROGRAMS else code for at, code in codes.items()}
