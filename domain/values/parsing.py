"""Validation of external messages: parsed JSON in, a value or its errors out. Never raises."""

import re
from collections.abc import Iterable
from typing import Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from domain.values.types import FrozenModel, is_valid_unicode

T = TypeVar("T", bound=BaseModel)

_MAX_REPORTED_FIELDS: Final = 20
_EXPECTATIONS: Final = {
    "timezone": "expected an instant with its offset, such as 2026-10-01T10:00:00+02:00",
    "datetime": "expected an instant such as 2026-10-01T10:00:00+02:00",
    "string_pattern": "expected printable ASCII characters without spaces",
}
"""Texts by the prefix of pydantic's error type."""
_PYDANTIC: Final = re.compile(r"(?:Input|Value|String|Tuple) should (?:be|have|match)")


class ParseResult(FrozenModel, Generic[T]):
    """A parsed value, or its invalid fields (`path` → what was expected)."""

    value: T | None = None
    problems: dict[str, str] = {}
    unknown_fields: tuple[str, ...] = ()


def parse_message(model: type[T], content: object) -> ParseResult[T]:
    """Parse a signal or an update; one malformed field makes it invalid."""
    if not isinstance(content, dict):
        return ParseResult[T](problems={"": "expected a JSON object"})
    unknown = find_unknown_fields(model, content)
    if not is_valid_unicode(content):
        return ParseResult[T](problems={"": "expected text without halves of surrogate pairs"})
    try:
        return ParseResult[T](value=model.model_validate(content), unknown_fields=unknown)
    except ValidationError as error:
        return ParseResult[T](problems=_problems(error), unknown_fields=unknown)


def _problems(error: ValidationError) -> dict[str, str]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return {
        ".".join(map(str, e["loc"]))[:200]: _expectation(e["type"], e["msg"])
        for e in found[:_MAX_REPORTED_FIELDS]
    }


def _expectation(kind: str, message: str) -> str:
    """Return what was expected, from pydantic's error type and message."""
    known = next((text for prefix, text in _EXPECTATIONS.items() if kind.startswith(prefix)), None)
    if known:
        return known
    plain = message.removeprefix("Value error, ")
    return _PYDANTIC.sub("expected", plain, count=1)


def find_unknown_fields(model: type[BaseModel], content: Iterable[str]) -> tuple[str, ...]:
    """Return the first keys of `content` that `model` does not define."""
    names = sorted(str(key)[:60] for key in content if key not in model.model_fields)
    return tuple(name.encode("utf-8", "replace").decode() for name in names[:_MAX_REPORTED_FIELDS])
