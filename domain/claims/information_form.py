"""Completing a claim: the member's later answers, judged like the claim itself (R17-R19, R22)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from domain.claims.claim import Facts
from domain.claims.claim_context import Case
from domain.claims.eligibility import Assessment, object_to_answers, order_of
from domain.claims.forms import fill
from domain.claims.stored_claim import FiledClaim
from domain.partners.profile import ClaimKind, PartnerRules
from domain.values.text_cleaning import cleaned
from domain.values.types import Frozen


class Completion(Frozen):
    """A claim with later answers: the whole of them; or the `code` of their refusal, and per field
    what was expected instead.
    """

    answers: dict[str, str] = {}
    problems: dict[str, str] = {}
    dates: dict[str, date] = {}
    order_key: str | None = None
    code: str | None = None


def with_news(
    rules: PartnerRules, kind: ClaimKind, known: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the answers `known` with those `given` put over them.

    An answer to a field that the form does not have counts as none.
    """
    return {**known, **_news(rules, kind, given)}


def problems_of(
    rules: PartnerRules,
    kind: ClaimKind,
    known: Mapping[str, Any],
    given: Mapping[str, Any],
    note: str | None,
) -> dict[str, str]:
    """Return what the form alone has against answers, by the fields.

    Answers that say nothing at all are a problem of the field `note`.
    """
    filled = fill(rules.form(kind), with_news(rules, kind, known, given), rules.market)
    silent = not any(map(_says_something, (note, *_news(rules, kind, given).values())))
    return filled.problems or ({"note": "required"} if silent else {})


def complete(
    filed: FiledClaim, given: Mapping[str, Any], note: str | None, facts: Facts
) -> Completion:
    """Judge a claim with the answers `given`, by all that filing judges of facts and answers."""
    told = (filed.rules, filed.kind, filed.claim.answers, given)
    case = filed.case(facts, with_news(*told))
    if refused := object_to_answers(case):
        return _refused(case, refused)
    if problems := problems_of(*told, note):
        return _kept(case, problems, "incomplete")
    return _kept(case)


def _news(rules: PartnerRules, kind: ClaimKind, given: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in rules.form(kind)}
    return {name: answer for name, answer in given.items() if name in names}


def _refused(case: Case, refused: Assessment) -> Completion:
    wrong = {reason.field: reason.expected or "" for reason in refused.reasons if reason.field}
    return _kept(case, wrong, refused.reasons[0].code)


def _kept(
    case: Case, problems: dict[str, str] | None = None, code: str | None = None
) -> Completion:
    filled = case.filled
    return Completion(
        answers=filled.answers,
        problems=problems or {},
        dates=filled.dates,
        order_key=None if code else order_of(case).order_key,
        code=code,
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
