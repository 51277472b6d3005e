"""Parses the form behind a partner's link into an outcome, or into sub-codes by field."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from domain.partners.rules import PartnerRules
from domain.tickets.messages.signals import PartnerOutcome
from domain.values.input.date_input import is_day_first, parse_date
from domain.values.input.invalid_input import InvalidInput
from domain.values.input.number_input import parse_amount
from domain.values.parsing import parse_message
from domain.values.types import FrozenModel

OUTCOMES: Final = ("confirmed", "rejected", "information_requested")
_ANCHOR_FIELDS: Final = {"activation": "activated_on", "contract_start": "contract_started_on"}
_END_FIELD: Final = "cancellation_ends_on"
_PROBLEMS: Final = {
    "reward": ("amount", "malformed_number"),
    "activated_on": ("activated_on", "malformed_date"),
    "contract_started_on": ("contract_started_on", "malformed_date"),
    _END_FIELD: (_END_FIELD, "malformed_date"),
    "reason_code": ("reason_code", "not_an_option"),
    "questions": ("question", "too_long"),
}
"""Field of an outcome: the form's field, and the sub-code of what was expected there."""


class ParsedOutcome(FrozenModel):
    """The outcome of a form, or sub-codes of what was expected, by the form's fields."""

    outcome: PartnerOutcome | None = None
    problems: dict[str, str] = {}


class _Figures(NamedTuple):
    """Dates and amount of an outcome; `problems` are sub-codes by the form's fields."""

    content: dict[str, Any]
    problems: dict[str, str]


def date_fields(rules: PartnerRules) -> list[str]:
    """Return the dates that a partner may submit: the start of its cancellation period, if it is
    not the order's date, and the period's end (R31–R33).
    """
    anchor = _ANCHOR_FIELDS.get(rules.cancellation.starts_from)
    return [anchor, _END_FIELD] if anchor else [_END_FIELD]


def parse_outcome_form(
    values: Mapping[str, str],
    questions: Sequence[str],
    rules: PartnerRules,
    number: str,
    outcome_id: str,
) -> ParsedOutcome:
    """Parse a form's `values` by field, without surrounding space; `questions` to the member."""
    kind = values.get("outcome", "")
    if missing := _missing(kind, values, questions):
        return ParsedOutcome(problems=missing)
    content: dict[str, Any] = {
        "outcome_id": outcome_id,
        "partner_id": rules.id,
        "number": number,
        "outcome": kind,
    }
    if kind == "information_requested":
        content["questions"] = list(questions)
    figures = _parse_figures(values, rules) if kind == "confirmed" else _Figures({}, {})
    parsed = parse_message(PartnerOutcome, content | _details(kind, values) | figures.content)
    problems = _by_field(kind, parsed.problems) | figures.problems
    return ParsedOutcome(outcome=None if problems else parsed.value, problems=problems)


def _missing(kind: str, values: Mapping[str, str], questions: Sequence[str]) -> dict[str, str]:
    if kind not in OUTCOMES:
        return {"outcome": "not_an_option"}
    if kind == "rejected" and not values.get("reason_code"):
        return {"reason_code": "required"}
    if kind == "information_requested" and not questions:
        return {"question": "required"}
    return {}


def _details(kind: str, values: Mapping[str, str]) -> dict[str, Any]:
    note = values.get(f"{kind}_note")
    details: dict[str, Any] = {"note": note} if note else {}
    return details | ({"reason_code": values["reason_code"]} if kind == "rejected" else {})


def _parse_figures(values: Mapping[str, str], rules: PartnerRules) -> _Figures:
    """Parse dates and amount as people of the market write them."""
    currency, day_first = rules.market.currency, is_day_first(rules.market.time_zone)
    figures = _Figures({}, {})
    for name in (*date_fields(rules), "amount"):
        text = values.get(name)
        if not text:
            continue
        try:
            if name == "amount":
                amount = str(parse_amount(text, currency))
                figures.content["reward"] = {"amount": amount, "currency": currency}
            else:
                figures.content[name] = parse_date(text, day_first).isoformat()
        except InvalidInput as error:
            figures.problems[name] = error.code
    return figures


def _by_field(kind: str, problems: Mapping[str, str]) -> dict[str, str]:
    note = (f"{kind}_note", "too_long")
    return dict(_PROBLEMS.get(path.partition(".")[0], note) for path in problems)
