"""Pydantic's errors as fields with sub-codes."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

_LOCATIONS: Final = frozenset({"body", "query", "path", "header", "cookie"})
_SUB_CODES: Final = {
    "missing": "required",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "string_type": "not_text",
    "string_unicode": "not_text",
    "json_invalid": "json",
    "string_pattern_mismatch": "malformed_pattern",
    "enum": "not_an_option",
    "literal_error": "not_an_option",
}
"""Sub-codes of pydantic's error types; any other type is its own sub-code."""
_MAX_PATH_LENGTH: Final = 200


def field_errors(errors: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the path of each wrong field with a sub-code of what was expected, never the value."""
    found: dict[str, str] = {}
    for error in errors:
        path = [str(part) for part in error["loc"]]
        name = ".".join(path[1:] if path[:1] and path[0] in _LOCATIONS else path) or "body"
        found.setdefault(name[:_MAX_PATH_LENGTH], _SUB_CODES.get(error["type"], error["type"]))
    return found
