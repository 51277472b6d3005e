"""What a partner answers on the page behind its link: once in each round.

A round ends with the partner's answer. A question that has been answered, or was not in time, opens
the next; so what was asked or decided on one page, in one letter or by a double click counts once.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from domain.file_rows import with_point
from domain.lifecycle import State
from domain.messages import PartnerOutcome
from domain.partner import PartnerRules
from domain.reading import read_message
from domain.shapes import Frozen

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


class Answered(Frozen):
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
    anchor = _ANCHOR.get(rules.cancellation.counts_from)
    return [anchor, _END] if anchor else [_END]


def read_answer(
    told: Mapping[str, str], questions: Sequence[str], rules: PartnerRules, number: str, id_: str
) -> Answered:
    """Read the form: `told` by field, without spaces around; `questions` in the partner's name."""
    answer = told.get("answer", "")
    if answer not in ANSWERS:
        return Answered(problems={"answer": "not_an_option"})
    if answer == "rejected" and not told.get("reason_code"):
        return Answered(problems={"reason_code": "required"})
    if answer == "information_requested" and not questions:
        return Answered(problems={"question": "required"})
    content = {"outcome_id": id_, "partner_id": rules.id, "number": number, "outcome": answer}
    more = {"questions": list(questions)} if answer == "information_requested" else {}
    reading = read_message(PartnerOutcome, content | more | _details(answer, told, rules))
    return Answered(outcome=reading.value, problems=_by_field(answer, reading.problems))


def _details(answer: str, told: Mapping[str, str], rules: PartnerRules) -> dict[str, Any]:
    note = told.get(f"{answer}_note")
    details: dict[str, Any] = {"note": note} if note else {}
    if answer == "rejected":
        details["reason_code"] = told["reason_code"]
    if answer == "confirmed":
        details |= {name: told[name] for name in dates_asked(rules) if told.get(name)}
        if amount := told.get("amount"):
            money = {"amount": with_point(amount), "currency": rules.market.currency}
            details["reward"] = money
    return details


def _by_field(answer: str, problems: Mapping[str, str]) -> dict[str, str]:
    note = (f"{answer}_note", "too_long")
    return dict(_PROBLEMS.get(path.partition(".")[0], note) for path in problems)
