"""What a line of a partner's file says: claims on their way out, outcomes on their way in."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from domain.errors import MessageRefused
from domain.messages import PartnerOutcome
from domain.numbers import read_number
from domain.reading import read_message

CLAIM_COLUMNS: Final = (
    "number", "purpose", "kind", "ordered_on", "link_id", "clicked_at", "member_note",
)  # fmt: skip
"""Before the answers to the form, each in a column `answers.<field>`."""
OUTCOME_COLUMNS: Final = (
    "number", "outcome", "reason_code", "note", "question",
    "contract_started_on", "activated_on", "cancellation_ends_on", "occurred_at",
    "amount", "currency",
)  # fmt: skip
_NEEDED: Final = ("number", "outcome")
_ANSWERS: Final = "answers."
_AS_THEY_ARE: Final = frozenset(OUTCOME_COLUMNS) - {"number", "question", "amount", "currency"}
_DECIMAL_COMMA: Final = re.compile(r"([0-9]+),([0-9]{1,2})")


def claim_header(answers: Sequence[str]) -> list[str]:
    """Return the columns of an export in which these answers have one."""
    return [*CLAIM_COLUMNS, *(_ANSWERS + name for name in answers)]


def claim_row(purpose: str, claim: Mapping[str, Any], answers: Sequence[str]) -> list[str]:
    """Write a claim (as contract.md writes it) as the cells of its line."""
    given = claim["answers"] or {}
    link = claim["link"]
    cells = [claim["number"], purpose, claim["kind"], claim["ordered_on"]]
    cells += [link["id"], link["clicked_at"], claim.get("note")]
    return ["" if cell is None else str(cell) for cell in [*cells, *map(given.get, answers)]]


def check_header(columns: Sequence[str]) -> None:
    """Take the columns of a file of outcomes; those of an export may stand beside them.

    Raises `MessageRefused("malformed")` naming a column that is missing, unknown or there twice.
    """
    for name in _NEEDED:
        if name not in columns:
            raise MessageRefused("malformed", "header", f"expected a column {name}")
    for name in columns:
        if columns.count(name) > 1:
            raise MessageRefused("malformed", "header", f"expected one column {name[:60]}, not two")
        ours = name in OUTCOME_COLUMNS or name in CLAIM_COLUMNS or name.startswith(_ANSWERS)
        if not ours:
            known = ", ".join(OUTCOME_COLUMNS)
            raise MessageRefused("malformed", "header", f"no column {name[:60]!r} but {known}")


def read_outcome(cells: Mapping[str, str], partner_id: str) -> PartnerOutcome:
    """Read a line, by column; its id is made from all that it says, so that the same line is the
    same outcome in any file.

    Raises `MessageRefused`: `unknown_number`, or `malformed` with each field and what was expected.
    """
    told = {name: text for name, cell in cells.items() if (text := cell.strip())}
    content = {name: text for name, text in told.items() if name in _AS_THEY_ARE}
    content |= {"partner_id": partner_id, "number": _number(told), **_more(told)}
    reading = read_message(PartnerOutcome, content | {"outcome_id": "to-be-made"})
    if reading.value is None:
        wrong = "; ".join(f"{field}: {words}" for field, words in reading.problems.items())
        raise MessageRefused("malformed", expected=wrong)
    return reading.value.model_copy(update={"outcome_id": _outcome_id(reading.value)})


def unknown_number() -> MessageRefused:
    """Return the one refusal of a number that is none, nobody's or another partner's."""
    return MessageRefused("unknown_number", "number", "expected that of a claim sent to you")


def _number(told: Mapping[str, str]) -> str:
    try:
        return read_number(told.get("number", ""))
    except MessageRefused:
        raise unknown_number() from None


def _more(told: Mapping[str, str]) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if "question" in told:
        more["questions"] = [told["question"]]
    money = {name: told[name] for name in ("amount", "currency") if name in told}
    if "amount" in money:
        money["amount"] = with_point(money["amount"])
    return more | ({"reward": money} if money else {})


def with_point(amount: str) -> str:
    """Read `12,50`; a comma before three digits may mean thousands, and is left to be refused."""
    found = _DECIMAL_COMMA.fullmatch(amount)
    return f"{found[1]}.{found[2]}" if found else amount


def _outcome_id(outcome: PartnerOutcome) -> str:
    content = outcome.model_dump(mode="json", exclude={"outcome_id"})
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"csv-{hashlib.sha256(text.encode()).hexdigest()[:40]}"
