"""Completing a claim: the member's later answers, checked like the form (R17-R19, R22)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from domain.cleaning import cleaned
from domain.forms import fill
from domain.partner import ClaimKind, PartnerRules
from domain.shapes import Frozen


class Completion(Frozen):
    """A claim with later answers: the whole of them, or per field what was expected instead."""

    answers: dict[str, str] = {}
    problems: dict[str, str] = {}
    dates: dict[str, date] = {}
    order_key: str | None = None


def complete(
    rules: PartnerRules,
    kind: ClaimKind,
    known: Mapping[str, str],
    given: Mapping[str, Any],
    note: str | None,
) -> Completion:
    """Put the answers `given` over those `known`; `order_key` is that of a form that names orders.

    An answer to a field that the form does not have counts as none; one that says nothing at all
    is a problem of the field `note`.
    """
    form = rules.form(kind)
    names = {field.name for field in form}
    news = {name: answer for name, answer in given.items() if name in names}
    filled = fill(form, {**known, **news}, rules.market)
    silent = not any(map(_says_something, (note, *news.values())))
    return Completion(
        answers=filled.answers,
        problems=filled.problems or ({"note": "required"} if silent else {}),
        dates=filled.dates,
        order_key=filled.order_key if kind.is_missing else None,
    )


def question_words(
    questions: Sequence[str], rules: PartnerRules | None, language: str
) -> tuple[str, ...]:
    """Return `questions` as the member reads them: a field of the form is called by its label."""
    if rules is None:
        return tuple(questions)
    return tuple(rules.label(question.strip(), language) or question for question in questions)


def _says_something(answer: object) -> bool:
    return bool(cleaned(answer)) if isinstance(answer, str) else answer is not None
