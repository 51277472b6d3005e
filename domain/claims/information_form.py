"""Completing a claim: the member's later answers, judged like the claim itself (R17-R19, R22)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from domain.claims.claim import AccountFacts
from domain.claims.claim_context import ClaimContext
from domain.claims.eligibility import Assessment, check_answers, identify_order
from domain.claims.forms import validate_form
from domain.claims.stored_claim import StoredClaim
from domain.codes import RefusalCode
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from domain.values.text_cleaning import clean_line
from domain.values.types import FrozenModel


class CompletedForm(FrozenModel):
    """A claim with later answers: the whole of them; or the `code` of their refusal, and per field
    what was expected instead.
    """

    answers: dict[str, str] = {}
    problems: dict[str, str] = {}
    anchor_dates: dict[str, date] = {}
    order_key: str | None = None
    code: str | None = None


def overlay_answers(
    rules: PartnerRules, kind: ClaimKind, known: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the answers `known` with those `given` put over them.

    An answer to a field that the form does not have counts as none.
    """
    return {**known, **_known_fields(rules, kind, given)}


def form_problems(
    rules: PartnerRules,
    kind: ClaimKind,
    known: Mapping[str, Any],
    given: Mapping[str, Any],
    note: str | None,
) -> dict[str, str]:
    """Return what the form alone has against answers, by the fields.

    Answers that say nothing at all are a problem of the field `note`.
    """
    filled = validate_form(
        rules.form(kind), overlay_answers(rules, kind, known, given), rules.market
    )
    silent = not any(map(_says_something, (note, *_known_fields(rules, kind, given).values())))
    return filled.problems or ({"note": "required"} if silent else {})


def merge_answers(
    filed: StoredClaim, given: Mapping[str, Any], note: str | None, facts: AccountFacts
) -> CompletedForm:
    """Judge a claim with the answers `given`, by all that filing judges of facts and answers."""
    told = (filed.rules, filed.kind, filed.claim.answers, given)
    case = filed.case(facts, overlay_answers(*told))
    if refused := check_answers(case):
        return _refused(case, refused)
    if problems := form_problems(*told, note):
        return _kept(case, problems, RefusalCode.INCOMPLETE)
    return _kept(case)


def _known_fields(rules: PartnerRules, kind: ClaimKind, given: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in rules.form(kind)}
    return {name: answer for name, answer in given.items() if name in names}


def _refused(case: ClaimContext, refused: Assessment) -> CompletedForm:
    wrong = {reason.field: reason.expected or "" for reason in refused.reasons if reason.field}
    return _kept(case, wrong, refused.reasons[0].code)


def _kept(
    case: ClaimContext, problems: dict[str, str] | None = None, code: str | None = None
) -> CompletedForm:
    filled = case.form
    return CompletedForm(
        answers=filled.answers,
        problems=problems or {},
        anchor_dates=filled.anchor_dates,
        order_key=None if code else identify_order(case).order_key,
        code=code,
    )


def question_labels(
    questions: Sequence[str], rules: PartnerRules | None, language: str
) -> tuple[str, ...]:
    """Return `questions` as the member reads them: a field of the form is called by its label."""
    if rules is None:
        return tuple(questions)
    return tuple(rules.label(question.strip(), language) or question for question in questions)


def _says_something(answer: object) -> bool:
    return bool(clean_line(answer)) if isinstance(answer, str) else answer is not None
