"""The partner's form: what was answered, and everything that is wrong with it at once (R17-R19,
R22, R23).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from pydantic import EmailStr, TypeAdapter, ValidationError

from domain.claim import order_key
from domain.partner import FormField
from domain.patterns import matches
from domain.shapes import EARLIEST, LATEST, Frozen, is_writable

LONGEST_ANSWER: Final = 4000
LONGEST_IDENTIFIER: Final = 200
"""Of an answer that names the order."""
_EMAIL: Final[TypeAdapter[str]] = TypeAdapter(EmailStr)


class Filled(Frozen):
    """A form that was read: the answers to its fields, and per field what was expected instead."""

    answers: dict[str, str] = {}
    problems: dict[str, str] = {}
    order_key: str | None = None
    dates: dict[str, date] = {}


def fill(fields: Sequence[FormField], answers: Mapping[str, Any]) -> Filled:
    """Check `answers` against `fields`; answers to fields that are not in the form are left out."""
    kept: dict[str, str] = {}
    problems: dict[str, str] = {}
    for field in fields:
        answer = answers.get(field.name)
        if answer is None or (isinstance(answer, str) and not answer.strip()):
            if field.required:
                problems[field.name] = "required"
        elif problem := _problem(field, answer):
            problems[field.name] = problem
        else:
            kept[field.name] = str(answer)
    return Filled(
        answers=kept, problems=problems, order_key=_order(fields, kept), dates=_dates(fields, kept)
    )


def _problem(field: FormField, answer: object) -> str | None:
    if isinstance(answer, bool) or not isinstance(answer, str | int):
        return "not_text"
    text = str(answer)
    if not is_writable(text):
        return "not_text"
    if len(text) > LONGEST_ANSWER:
        return "too_long"
    return _TYPE_CHECKS[field.type](field, text.strip())


def _check_text(field: FormField, text: str) -> str | None:
    if field.identifies and len(text) > LONGEST_IDENTIFIER:
        return "too_long"
    if field.identifies and not order_key(text):
        return "malformed_pattern"
    if field.pattern and not matches(field.pattern, text):
        return "malformed_pattern"
    return None


def _check_date(field: FormField, text: str) -> str | None:
    day = _day(text)
    return None if day and EARLIEST <= day <= LATEST else "malformed_date"


def _check_number(field: FormField, text: str) -> str | None:
    try:
        finite = Decimal(text.replace(",", ".")).is_finite()
    except InvalidOperation:
        finite = False
    return _check_text(field, text) if finite else "malformed_number"


def _check_email(field: FormField, text: str) -> str | None:
    try:
        _EMAIL.validate_python(text)
    except ValidationError:
        return "malformed_email"
    return None


def _check_choice(field: FormField, text: str) -> str | None:
    return None if text in field.options else "not_an_option"


_TYPE_CHECKS: Final[dict[str, Callable[[FormField, str], str | None]]] = {
    "text": _check_text,
    "date": _check_date,
    "number": _check_number,
    "email": _check_email,
    "choice": _check_choice,
}


def _order(fields: Sequence[FormField], kept: Mapping[str, str]) -> str | None:
    found = [kept[f.name] for f in fields if f.identifies and f.name in kept]
    return order_key(found[0]) if found else None


def _dates(fields: Sequence[FormField], kept: Mapping[str, str]) -> dict[str, date]:
    found = {f.dates: _day(kept[f.name].strip()) for f in fields if f.dates and f.name in kept}
    return {anchor: day for anchor, day in found.items() if day}


def _day(text: str) -> date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
