"""Completing a claim: the member's later answers, checked like the form (R17-R19, R22)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

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
    if not news and not (note and note.strip()):
        return Completion(problems={"note": "required"})
    filled = fill(form, {**known, **news})
    return Completion(
        answers=filled.answers,
        problems=filled.problems,
        dates=filled.dates,
        order_key=filled.order_key if kind.is_missing else None,
    )
