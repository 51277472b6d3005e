"""The member's later answers, assessed like the claim itself (R17-R19, R22)."""

from collections.abc import Mapping, Sequence
from datetime import date

from domain.claims.account_facts import AccountFacts
from domain.claims.claim_context import ClaimContext
from domain.claims.eligibility.decision import check_answers, identify_order
from domain.claims.forms import validate_form
from domain.claims.stored_claim import StoredClaim
from domain.codes import RefusalCode
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from domain.values.text_cleaning import clean_line
from domain.values.types import FrozenModel


class CompletedForm(FrozenModel):
    """A claim's answers with later ones, or the `code` of the refusal and the errors by field."""

    answers: dict[str, str] = {}
    problems: dict[str, str] = {}
    anchor_dates: dict[str, date] = {}
    order_key: str | None = None
    code: str | None = None


def overlay_answers(
    rules: PartnerRules, kind: ClaimKind, known: Mapping[str, object], given: Mapping[str, object]
) -> dict[str, object]:
    """Return the answers `known`, replaced by those `given` to fields of the form."""
    return {**known, **_known_fields(rules, kind, given)}


def form_problems(
    rules: PartnerRules,
    kind: ClaimKind,
    known: Mapping[str, object],
    given: Mapping[str, object],
    note: str | None,
) -> dict[str, str]:
    """Return the errors of the form by field.

    Answers without any content are an error of the field `note`.
    """
    answers = overlay_answers(rules, kind, known, given)
    form = validate_form(rules.form(kind), answers, rules.market, known)
    is_empty = not any(map(_has_content, (note, *_known_fields(rules, kind, given).values())))
    return form.problems or ({"note": "required"} if is_empty else {})


def stored_form(stored: StoredClaim, order_key: str) -> CompletedForm:
    """Return the form of a claim whose answers are stored already."""
    form = stored.in_context(AccountFacts()).form
    return CompletedForm(answers=form.answers, anchor_dates=form.anchor_dates, order_key=order_key)


def duplicate_key_with(stored: StoredClaim, given: Mapping[str, object]) -> str:
    """Return the key under which the claim is a duplicate once the answers `given` are stored."""
    answers = overlay_answers(stored.rules, stored.kind, stored.claim.answers, given)
    return stored.in_context(AccountFacts(), answers).duplicate_key


def decide_information(
    stored: StoredClaim, given: Mapping[str, object], note: str | None, facts: AccountFacts
) -> CompletedForm:
    """Assess a claim with the answers `given` as filing would, by facts and form."""
    rules, kind, known = stored.rules, stored.kind, stored.claim.answers
    context = stored.in_context(facts, overlay_answers(rules, kind, known, given))
    if refusal := check_answers(context):
        fields = {one.field: one.expected or "" for one in refusal.reasons if one.field}
        return _completed(context, fields, refusal.reasons[0].code)
    if problems := form_problems(rules, kind, known, given, note):
        return _completed(context, problems, RefusalCode.INCOMPLETE)
    return _completed(context)


def question_labels(
    questions: Sequence[str], rules: PartnerRules | None, language: str
) -> tuple[str, ...]:
    """Return `questions` for the member: names of form fields are replaced by their labels."""
    if rules is None:
        return tuple(questions)
    return tuple(rules.label(question.strip(), language) or question for question in questions)


def _completed(
    context: ClaimContext, problems: dict[str, str] | None = None, code: str | None = None
) -> CompletedForm:
    return CompletedForm(
        answers=context.form.answers,
        problems=problems or {},
        anchor_dates=context.form.anchor_dates,
        order_key=None if code else identify_order(context).order_key,
        code=code,
    )


def _known_fields(
    rules: PartnerRules, kind: ClaimKind, given: Mapping[str, object]
) -> dict[str, object]:
    names = {field.name for field in rules.form(kind)}
    return {name: answer for name, answer in given.items() if name in names}


def _has_content(answer: object) -> bool:
    return bool(clean_line(answer)) if isinstance(answer, str) else answer is not None
