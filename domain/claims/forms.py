"""The partner's form: what was answered, and everything that is wrong with it at once (R17-R19,
R22, R23).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from domain.partners.patterns import matches
from domain.partners.profile import FormField, Market
from domain.values.email_addresses import read_address
from domain.values.input_grammar import NotRead, day_in, is_day_first, number_in
from domain.values.order_key import names_order, order_key
from domain.values.text_cleaning import cleaned, cleaned_lines
from domain.values.types import EARLIEST, LATEST, Frozen, is_writable

MAX_ANSWER_LENGTH: Final = 4000
MAX_ORDER_NUMBER_LENGTH: Final = 200
"""Of an answer that names the order."""


class ValidatedForm(Frozen):
    """A form that was read: the answers to its fields, and per field what was expected instead."""

    answers: dict[str, str] = {}
    problems: dict[str, str] = {}
    order_key: str | None = None
    anchor_dates: dict[str, date] = {}


def validate_form(
    fields: Sequence[FormField], answers: Mapping[str, Any], market: Market | None = None
) -> ValidatedForm:
    """Check `answers` against `fields`; answers to fields that are not in the form are left out.

    Words are kept cleaned, days as `2026-10-01`, numbers as `1234.50`; those are read as people of
    the `market` write them.
    """
    kept: dict[str, str] = {}
    problems: dict[str, str] = {}
    for field in fields:
        try:
            if text := _read(field, answers.get(field.name), market):
                kept[field.name] = text
            elif field.required:
                problems[field.name] = "required"
        except NotRead as error:
            problems[field.name] = error.code
    return ValidatedForm(
        answers=kept,
        problems=problems,
        order_key=_order(fields, kept),
        anchor_dates=_dates(fields, kept),
    )


def _read(field: FormField, answer: object, market: Market | None) -> str:
    """Return an answer as it is kept, "" for none; raises `NotRead`."""
    told = "" if answer is None else _text(answer)
    is_free = field.type == "text" and not (field.pattern or field.is_order_number)
    text = cleaned_lines(told) if is_free else cleaned(told)
    if text and field.type == "number":
        text = number_in(told, market.currency if market else None, bool(field.pattern))
    if text and field.type == "date":
        text = day_in(told, is_day_first(market.time_zone) if market else False).isoformat()
    if len(text) > MAX_ANSWER_LENGTH:
        raise NotRead("too_long", f"{MAX_ANSWER_LENGTH} characters at most")
    if text and (problem := _TYPE_CHECKS[field.type](field, text)):
        raise NotRead(problem, "another answer")
    return text


def _text(answer: object) -> str:
    if isinstance(answer, bool) or not isinstance(answer, str | int) or not is_writable(answer):
        raise NotRead("not_text", "a text")
    if isinstance(answer, str) and len(answer) > MAX_ANSWER_LENGTH:
        raise NotRead("too_long", f"{MAX_ANSWER_LENGTH} characters at most")
    return str(answer)


def _check_text(field: FormField, text: str) -> str | None:
    if field.is_order_number and len(text) > MAX_ORDER_NUMBER_LENGTH:
        return "too_long"
    if field.is_order_number and not names_order(text):
        return "order_letters" if order_key(text) else "malformed_pattern"
    if field.pattern and not matches(field.pattern, text):
        return "malformed_pattern"
    return None


def _check_date(field: FormField, text: str) -> str | None:
    return None if EARLIEST <= date.fromisoformat(text) <= LATEST else "malformed_date"


def _check_email(field: FormField, text: str) -> str | None:
    try:
        read_address(text)
    except ValueError:
        return "malformed_email"
    return None


def _check_choice(field: FormField, text: str) -> str | None:
    return None if text in field.options else "not_an_option"


_TYPE_CHECKS: Final[dict[str, Callable[[FormField, str], str | None]]] = {
    "text": _check_text,
    "date": _check_date,
    "number": _check_text,
    "email": _check_email,
    "choice": _check_choice,
}


def _order(fields: Sequence[FormField], kept: Mapping[str, str]) -> str | None:
    found = [kept[f.name] for f in fields if f.is_order_number and f.name in kept]
    return order_key(found[0]) if found else None


def _dates(fields: Sequence[FormField], kept: Mapping[str, str]) -> dict[str, date]:
    return {
        f.anchor: date.fromisoformat(kept[f.name]) for f in fields if f.anchor and f.name in kept
    }
