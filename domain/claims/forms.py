"""Validation of a partner's form: its answers, and all errors at once (R17-R19, R22, R23)."""

from collections.abc import Mapping, Sequence
from datetime import date

from domain.claims.form_answers import normalize_answer
from domain.partners.form_fields import FormField
from domain.partners.market import Market
from domain.values.input.invalid_input import InvalidInput
from domain.values.order_key import normalize_order_number
from domain.values.types import FrozenModel


class ValidatedForm(FrozenModel):
    """The normalized answers by field, and the code of what was expected by invalid field."""

    answers: dict[str, str] = {}
    problems: dict[str, str] = {}
    order_key: str | None = None
    anchor_dates: dict[str, date] = {}


def validate_form(
    fields: Sequence[FormField],
    answers: Mapping[str, object],
    market: Market | None = None,
    stored: Mapping[str, object] | None = None,
) -> ValidatedForm:
    """Check `answers` against `fields`; answers to unknown fields are dropped.

    Texts are cleaned; dates become `2026-10-01` and numbers `1234.50`, read by the conventions of
    the `market`. An answer that is already `stored` was read at its time, and is kept as it is.
    """
    valid: dict[str, str] = {}
    problems: dict[str, str] = {}
    for field in fields:
        try:
            if text := _normalize(field, answers.get(field.name), market, stored or {}):
                valid[field.name] = text
            elif field.required:
                problems[field.name] = "required"
        except InvalidInput as error:
            problems[field.name] = error.code
    return ValidatedForm(
        answers=valid,
        problems=problems,
        order_key=_order_key(fields, valid),
        anchor_dates=_anchor_dates(fields, valid),
    )


def _normalize(
    field: FormField, answer: object, market: Market | None, stored: Mapping[str, object]
) -> str:
    if isinstance(answer, str) and answer == stored.get(field.name):
        return answer
    return normalize_answer(field, answer, market)


def _order_key(fields: Sequence[FormField], answers: Mapping[str, str]) -> str | None:
    found = [answers[f.name] for f in fields if f.is_order_number and f.name in answers]
    return normalize_order_number(found[0]) if found else None


def _anchor_dates(fields: Sequence[FormField], answers: Mapping[str, str]) -> dict[str, date]:
    return {
        field.anchor: date.fromisoformat(answers[field.name])
        for field in fields
        if field.anchor and field.name in answers
    }
