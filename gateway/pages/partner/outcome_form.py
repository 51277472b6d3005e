"""What a partner answers on the page behind its link: once in each round.

A round ends with the partner's answer. A question that has been answered, or was not in time, opens
the next; so what was asked or decided on one page, in one letter or by a double click counts once.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from domain.partners.rules import PartnerRules
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.states import State
from domain.values.date_input import is_day_first, parse_date
from domain.values.invalid_input import InvalidInput
from domain.values.number_input import parse_amount
from domain.values.parsing import parse_message
from domain.values.types import FrozenModel

ANSWERS: Final = ("confirmed", "rejected", "information_requested")
ANSWERABLE: Final = frozenset({State.VALIDATED, State.SENT_TO_PARTNER, State.INFORMATION_REQUESTED})
_ANCHOR: Final = {"activation": "activated_on", "contract_start": "contract_started_on"}
_END: Final = "cancellation_ends_on"
_PROBLEMS: Final = {
    "reward": ("amount", "malformed_number"),
    "activated_on": ("activated_on", "malformed_date"),
    "contract_started_on": ("contract_started_on", "malformed_date"),
    _END: (_END, "malformed_date"),
    "reason_code": ("reason_code", "not_an_option"),
    "questions": ("question", "too_long"),
}
"""Fields of an outcome: that of the form, and what was expected there (`[expected]`)."""


class Answered(FrozenModel):
    """An answer that was read, or per field of the form the code of what was expected."""

    outcome: PartnerOutcome | None = None
    problems: dict[str, str] = {}


def current_round(state: State, questions: int) -> int:
    """Return the round that a claim is in, of which `questions` were asked so far."""
    return questions - (state is State.INFORMATION_REQUESTED)


def answer_id(of_round: int) -> str:
    """Return the id that the answer of a round has, however often it comes."""
    return f"link-{of_round}"


def dates_asked(rules: PartnerRules) -> list[str]:
    """Return the dates that a partner may name: the one its cancellation period counts from, and
    the period's end (R31-R33).
    """
    anchor = _ANCHOR.get(rules.cancellation.starts_from)
    return [anchor, _END] if anchor else [_END]


def read_answer(
    told: Mapping[str, str], questions: Sequence[str], rules: PartnerRules, number: str, id_: str
) -> Answered:
    """Read the form: `told` by field, without spaces around; `questions` in the partner's name."""
    answer = told.get("outcome", "")
    if answer not in ANSWERS:
        return Answered(problems={"outcome": "not_an_option"})
    if answer == "rejected" and not told.get("reason_code"):
        return Answered(problems={"reason_code": "required"})
    if answer == "information_requested" and not questions:
        return Answered(problems={"question": "required"})
    content = {"outcome_id": id_, "partner_id": rules.id, "number": number, "outcome": answer}
    more = {"questions": list(questions)} if answer == "information_requested" else {}
    figures, unread = _figures(told, rules) if answer == "confirmed" else ({}, {})
    details = _details(answer, told) | figures
    reading = parse_message(PartnerOutcome, content | more | details)
    problems = _by_field(answer, reading.problems) | unread
    return Answered(outcome=None if problems else reading.value, problems=problems)


def _details(answer: str, told: Mapping[str, str]) -> dict[str, Any]:
    note = told.get(f"{answer}_note")
    details: dict[str, Any] = {"note": note} if note else {}
    return details | ({"reason_code": told["reason_code"]} if answer == "rejected" else {})


def _figures(told: Mapping[str, str], rules: PartnerRules) -> tuple[dict[str, Any], dict[str, str]]:
    """Read dates and amount as the market writes them; beside them what could not be read."""
    currency, day_first = rules.market.currency, is_day_first(rules.market.time_zone)
    read: dict[str, Any] = {}
    unread: dict[str, str] = {}

    def take(name: str, reader: Callable[[str], Any]) -> None:
        try:
            if told.get(name):
                read[name] = reader(told[name])
        except InvalidInput as error:
            unread[name] = error.code

    for name in dates_asked(rules):
        take(name, lambda text: parse_date(text, day_first).isoformat())
    take("amount", lambda text: str(parse_amount(text, currency)))
    if "amount" in read:
        read["reward"] = {"amount": read.pop("amount"), "currency": currency}
    return read, unread


def _by_field(answer: str, problems: Mapping[str, str]) -> dict[str, str]:
    note = (f"{answer}_note", "too_long")
    return dict(_PROBLEMS.get(path.partition(".")[0], note) for path in problems)
