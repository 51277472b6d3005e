"""Reading what comes from outside: raw JSON in, a value, or what is wrong with it, out. Never
raises.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterable
from typing import Any, Final, Generic, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from domain.claims.claim import TicketClaim
from domain.values.types import FrozenModel, is_valid_unicode

T = TypeVar("T", bound=BaseModel)

MAX_MESSAGE_BYTES: Final = 256 * 1024
"""Bytes; Temporal itself takes two megabytes, no claim or outcome needs a tenth of that."""
_MAX_REPORTED_FIELDS: Final = 20
_WORDS: Final = {
    "timezone": "expected an instant with its offset, such as 2026-10-01T10:00:00+02:00",
    "datetime": "expected an instant such as 2026-10-01T10:00:00+02:00",
    "string_pattern": "expected printable ASCII characters without spaces",
}
"""Ours for pydantic's types of errors, by how they begin."""
_PYDANTIC: Final = re.compile(r"(?:Input|Value|String|Tuple) should (?:be|have|match)")
_MAX_NESTING: Final = 100
_CODES: Final = {
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
"""Pydantic's types of errors, by how they begin, as the codes of `[expected]` in the phrases."""


class ParseResult(FrozenModel, Generic[T]):
    """A value that was read, or the fields that were wrong (`path` → what was expected)."""

    value: T | None = None
    problems: dict[str, str] = {}
    unknown_fields: tuple[str, ...] = ()


def parse_json(raw: bytes, max_bytes: int = MAX_MESSAGE_BYTES) -> Any:
    """Parse JSON strictly; `None` for anything that is not JSON (or is too long, or too deep)."""
    if len(raw) > max_bytes:
        return None
    try:
        content = json.loads(raw.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    return None if _is_too_deep(content) else content


def _is_too_deep(content: object) -> bool:
    layer = [content]
    for _ in range(_MAX_NESTING):
        layer = [
            inner
            for outer in layer
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(layer)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is not a number")
    return number


def content_digest(content: object) -> str:
    """Return the digest (SHA-256, hex) by which two contents of one key are told apart."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def parse_message(model: type[T], content: object) -> ParseResult[T]:
    """Read a signal or an update; one malformed field spoils it."""
    if not isinstance(content, dict):
        return ParseResult[T](problems={"": "expected a JSON object"})
    unknown = _unknown(model, content)
    if not is_valid_unicode(content):
        return ParseResult[T](problems={"": "expected text without halves of surrogate pairs"})
    try:
        return ParseResult[T](value=model.model_validate(content), unknown_fields=unknown)
    except ValidationError as error:
        return ParseResult[T](problems=_problems(error), unknown_fields=unknown)


def parse_claim(content: object) -> ParseResult[TicketClaim]:
    """Read a claim; a malformed field is left out and named, the rest is kept to be judged."""
    fields = dict(content) if isinstance(content, dict) else {}
    problems = {} if isinstance(content, dict) else {"claim": "unclear"}
    unknown = _unknown(TicketClaim, fields)
    try:
        claim = TicketClaim.model_validate(fields)
    except ValidationError as error:
        problems |= _coded(error)
        spoilt = {str(e["loc"][0]) for e in error.errors(include_url=False)}
        sound = {key: value for key, value in fields.items() if key not in spoilt}
        if "contact.email" in problems:  # whom the answer is for still has a name and a language
            sound["contact"] = {**fields["contact"], "email": None}
        claim = TicketClaim.model_validate(sound)
    return ParseResult[TicketClaim](value=claim, problems=problems, unknown_fields=unknown)


def _problems(error: ValidationError) -> dict[str, str]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return {
        ".".join(map(str, e["loc"]))[:200]: _said(e["type"], e["msg"])
        for e in found[:_MAX_REPORTED_FIELDS]
    }


def _said(kind: str, message: str) -> str:
    """Say pydantic's words as ours: what was expected."""
    known = next((words for prefix, words in _WORDS.items() if kind.startswith(prefix)), None)
    if known:
        return known
    plain = message.removeprefix("Value error, ")
    return _PYDANTIC.sub("expected", plain, count=1)


def _coded(error: ValidationError) -> dict[str, str]:
    """Name what each field of a claim was expected to be, in the codes that forms use too."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return {".".join(map(str, e["loc"])): _code(e["type"], str(e["loc"][-1])) for e in found}


def _code(kind: str, field: str) -> str:
    if field == "email":
        return "not_text" if kind == "string_type" else "malformed_email"
    return next((code for prefix, code in _CODES.items() if kind.startswith(prefix)), "unclear")


def _unknown(model: type[BaseModel], content: Iterable[str]) -> tuple[str, ...]:
    names = sorted(str(key)[:60] for key in content if key not in model.model_fields)
    return tuple(name.encode("utf-8", "replace").decode() for name in names[:_MAX_REPORTED_FIELDS])


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
