"""Validation of external messages: parsed JSON in, a value or its errors out. Never raises."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from domain.values.expectations import expectation
from domain.values.input.conventions import Conventions
from domain.values.types import FrozenModel, is_valid_unicode

T = TypeVar("T", bound=BaseModel)

_MAX_REPORTED_FIELDS: Final = 20


class ParseResult(FrozenModel, Generic[T]):
    """A parsed value, or its invalid fields (`path` → what was expected)."""

    value: T | None = None
    problems: dict[str, str] = {}
    unknown_fields: tuple[str, ...] = ()


def parse_message(
    model: type[T], content: object, conventions: Conventions | None = None
) -> ParseResult[T]:
    """Parse a signal or an update; one malformed field makes it invalid.

    Dates, times and amounts are read by the `conventions` of a market, where it is known.
    """
    if not isinstance(content, dict):
        return ParseResult[T](problems={"": "expected a JSON object"})
    unknown = find_unknown_fields(model, content)
    if not is_valid_unicode(content):
        return ParseResult[T](problems={"": "expected text without halves of surrogate pairs"})
    try:
        return ParseResult[T](
            value=model.model_validate(content, context=conventions), unknown_fields=unknown
        )
    except ValidationError as error:
        return ParseResult[T](problems=_problems(error), unknown_fields=unknown)


def without_empty_texts(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a message that are not "": an empty text counts as absent."""
    return {name: value for name, value in content.items() if value != ""}


def _problems(error: ValidationError) -> dict[str, str]:
    found = error.errors(include_url=False, include_input=False)
    return {
        ".".join(map(str, e["loc"]))[:200]: expectation(e) for e in found[:_MAX_REPORTED_FIELDS]
    }


def find_unknown_fields(model: type[BaseModel], content: Iterable[str]) -> tuple[str, ...]:
    """Return the first keys of `content` that `model` does not define."""
    names = sorted(str(key)[:60] for key in content if key not in model.model_fields)
    return tuple(name.encode("utf-8", "replace").decode() for name in names[:_MAX_REPORTED_FIELDS])
