"""Pydantic's errors as fields with sub-codes."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from domain.values.expectations import sub_code

_LOCATIONS: Final = frozenset({"body", "query", "path", "header", "cookie"})
_MAX_PATH_LENGTH: Final = 200


def field_errors(errors: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the path of each wrong field with a sub-code of what was expected, never the value."""
    found: dict[str, str] = {}
    for error in errors:
        path = [str(part) for part in error["loc"]]
        name = ".".join(path[1:] if path[:1] and path[0] in _LOCATIONS else path) or "body"
        found.setdefault(name[:_MAX_PATH_LENGTH], sub_code(error))
    return found
