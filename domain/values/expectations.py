"""What was expected where a model refused a value: a sub-code for programs, a text for people.

No word of a library reaches either.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from domain.values.input.invalid_input import InvalidInput


class Expectation(NamedTuple):
    """A sub-code, and a text that continues "expected …" and may name the bounds."""

    code: str
    text: str


_BY_ERROR_TYPE: Final = {
    "missing": Expectation("required", "a value, there is none"),
    "extra_forbidden": Expectation("unknown_parameter", "no such name"),
    "string_too_long": Expectation("too_long", "at most {max_length} characters"),
    "string_too_short": Expectation("required", "a text"),
    "string_pattern": Expectation("malformed_pattern", "printable ASCII characters without spaces"),
    "string": Expectation("not_text", "a text"),
    "too_long": Expectation("too_long", "at most {max_length} entries"),
    "too_short": Expectation("required", "at least {min_length} entries"),
    "literal": Expectation("not_an_option", "one of {expected}"),
    "enum": Expectation("not_an_option", "one of {expected}"),
    "union_tag": Expectation("not_an_option", "one of {expected_tags}"),
    "json": Expectation("json", "JSON"),
    "bool": Expectation("malformed", "true or false"),
    "date": Expectation("malformed_date", "a date such as 2026-10-01"),
    "datetime": Expectation("malformed_date", "an instant such as 2026-10-01T10:00:00+02:00"),
    "timezone": Expectation(
        "malformed_date", "an instant with its offset, such as 2026-10-01T10:00:00+02:00"
    ),
    "int": Expectation("malformed_number", "a whole number"),
    "float": Expectation("malformed_number", "a number"),
    "decimal": Expectation("malformed_number", "a number"),
    "finite": Expectation("malformed_number", "a number"),
    "greater_than_equal": Expectation("malformed_number", "{ge} or more"),
    "greater_than": Expectation("malformed_number", "more than {gt}"),
    "less_than_equal": Expectation("malformed_number", "{le} or less"),
    "less_than": Expectation("malformed_number", "less than {lt}"),
    "list": Expectation("malformed", "a list"),
    "tuple": Expectation("malformed", "a list"),
    "dict": Expectation("malformed", "an object"),
    "mapping": Expectation("malformed", "an object"),
    "model": Expectation("malformed", "an object"),
    "url": Expectation("malformed", "an address such as https://claims.partner.example/claims"),
}
"""By the longest prefix of pydantic's error type that is named here."""
_UNKNOWN: Final = Expectation("malformed", "another value")
_QUOTED: Final = re.compile(r"'([^']*)'")


def expectation(error: Mapping[str, Any]) -> str:
    """Return what was expected, from one of pydantic's errors (with its context)."""
    own = str(error["msg"]).removeprefix("Value error, ")
    if own.startswith("expected ") or error["type"] == "value_error":
        return own
    texts = {name: _plain(value) for name, value in (error.get("ctx") or {}).items()}
    return "expected " + _find(error).text.format_map(texts)


def sub_code(error: Mapping[str, Any]) -> str:
    """Return the sub-code of what was expected."""
    cause = (error.get("ctx") or {}).get("error")
    return cause.code if isinstance(cause, InvalidInput) else _find(error).code


def _find(error: Mapping[str, Any]) -> Expectation:
    kind = str(error["type"])
    if (error.get("ctx") or {}).get("field_type") == "Value":  # a text that was cleaned before
        kind = f"string_{kind}"
    known = [prefix for prefix in _BY_ERROR_TYPE if kind.startswith(prefix)]
    return _BY_ERROR_TYPE[max(known, key=len)] if known else _UNKNOWN


def _plain(value: object) -> str:
    """Write a bound, or a list of quoted names, out."""
    names = _QUOTED.findall(value) if isinstance(value, str) else []
    return ", ".join(names) or str(value)
