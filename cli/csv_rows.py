"""What a line of a partner's file says: claims on their way out, outcomes on their way in.

In an export the columns of the outcome stand before whatever a member wrote: text that a careless
program spreads over several cells moves to the right, and never into them (decision 0046).
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.claims.parsing import parse_message
from domain.errors import RequestRejected
from domain.partners.profile import Market
from domain.tickets.messages import PartnerOutcome
from domain.values.input_grammar import (
    InvalidInput,
    is_day_first,
    parse_amount,
    parse_date,
    parse_local_datetime,
)
from domain.values.text_cleaning import clean_line, clean_text
from domain.values.ticket_number import parse_number

CLAIM_COLUMNS: Final = (
    "number", "purpose", "kind", "ordered_on", "link_id", "clicked_at", "member_note",
)  # fmt: skip
"""Of a claim, before the answers to the form, each in a column `answers.<field>`."""
OUTCOME_COLUMNS: Final = (
    "number", "outcome", "reason_code", "note", "question",
    "contract_started_on", "activated_on", "cancellation_ends_on", "occurred_at",
    "amount", "currency",
)  # fmt: skip
_NEEDED: Final = ("number", "outcome")
_ANSWERS: Final = "answers."
_DATES: Final = ("contract_started_on", "activated_on", "cancellation_ends_on")
_WORDS: Final = frozenset({"note", "question"})
_CODES: Final = ("outcome", "reason_code")
_OFFSET: Final = re.compile(r"(?i).*[0-9](?:Z|[+-][0-9]{2}:?[0-9]{2})")
_GAP: Final = re.compile("[ _-]+")


@dataclass
class Tally:
    """What became of the lines so far."""

    taken: int = 0
    known: int = 0
    bad: int = 0
    unanswered: int = 0

    def __str__(self) -> str:
        """Say it in words."""
        left = f", {self.unanswered} without an outcome" if self.unanswered else ""
        return f"{self.taken} taken, {self.known} known before, {self.bad} bad{left}"


def claim_header(answers: Sequence[str]) -> list[str]:
    """Return the columns of an export in which these answers have one; those of the outcome are
    there to be filled in.
    """
    return [*OUTCOME_COLUMNS, *CLAIM_COLUMNS[1:], *(_ANSWERS + name for name in answers)]


def claim_row(purpose: str, claim: Mapping[str, Any], answers: Sequence[str]) -> list[str]:
    """Write a claim (as contract.md writes it) as the cells of its line, each on one line."""
    given = claim["answers"] or {}
    link = claim["link"]
    cells = [purpose, claim["kind"], claim["ordered_on"]]
    cells += [link["id"], link["clicked_at"], claim.get("note"), *map(given.get, answers)]
    to_fill_in = [""] * (len(OUTCOME_COLUMNS) - 1)
    told = ["" if cell is None else clean_line(str(cell)) for cell in cells]
    return [claim["number"], *to_fill_in, *told]


def separator(market: Market) -> str:
    """Return what parts the cells of an export: a semicolon where the comma is the decimal sign."""
    return "," if market.language == "en" else ";"


def column_of(cell: str) -> str:
    """Return the column that a cell of the header names, in any case and with any gaps."""
    name = clean_line(cell).casefold()
    return name if name.startswith(_ANSWERS) else _GAP.sub("_", name)


def check_header(columns: Sequence[str]) -> list[str]:
    """Take the columns of a file of outcomes, of which some may have no name; return those that
    nobody here knows, and that are left aside. Those of an export may stand beside the outcome's.

    Raises `RequestRejected("malformed")` naming a column that is missing or there twice.
    """
    there = ", ".join(name[:60] for name in columns[:20] if name)
    for name in _NEEDED:
        if name not in columns:
            expected = f"expected a column {name} in the first line, not only: {there}"
            raise RequestRejected("malformed", "header", expected)
    for name in OUTCOME_COLUMNS:
        if columns.count(name) > 1:
            raise RequestRejected("malformed", "header", f"expected one column {name}, not two")
    known = {"", *OUTCOME_COLUMNS, *CLAIM_COLUMNS}
    return [one for one in columns if one not in known and not one.startswith(_ANSWERS)]


def is_unanswered(cells: Mapping[str, str]) -> bool:
    """Say whether a line of an export came back without an outcome."""
    return not any(clean_line(cells.get(name, "")) for name in OUTCOME_COLUMNS if name != "number")


def read_outcome(
    cells: Mapping[str, str], partner_id: str, market: Market | None = None
) -> PartnerOutcome:
    """Read a line, by column, as people of the `market` write; its id is made from all that it
    says, so that the same line is the same outcome in any file.

    Raises `RequestRejected`: `unknown_number`, or `malformed` with each field and what was
    expected.
    """
    told = {name: text for name in OUTCOME_COLUMNS if (text := _told(name, cells.get(name, "")))}
    number = _number(told)
    content, unread = _read(told, market)
    content |= {"partner_id": partner_id, "number": number, "outcome_id": "to-be-made"}
    reading = parse_message(PartnerOutcome, content)
    if unread or reading.value is None:
        problems = reading.problems | unread
        wrong = "; ".join(f"{field}: {words}" for field, words in problems.items())
        raise RequestRejected("malformed", expected=wrong)
    return reading.value.model_copy(update={"outcome_id": _outcome_id(reading.value)})


def unknown_number() -> RequestRejected:
    """Return the one refusal of a number that is none, nobody's or another partner's."""
    return RequestRejected("unknown_number", "number", "expected that of a claim sent to you")


def _number(told: Mapping[str, str]) -> str:
    try:
        return parse_number(told.get("number", ""))
    except RequestRejected:
        raise unknown_number() from None


def _told(name: str, cell: str) -> str:
    if name in _WORDS:
        return clean_text(cell)
    return clean_line(cell).casefold() if name in _CODES else clean_line(cell)


def _read(told: Mapping[str, str], market: Market | None) -> tuple[dict[str, Any], dict[str, str]]:
    """Return an outcome's content, and beside it the fields that could not be read."""
    day_first = market is not None and is_day_first(market.time_zone)
    content: dict[str, Any] = {name: told[name] for name in (*_CODES, "note") if name in told}
    unread: dict[str, str] = {}

    def take(name: str, as_field: str, reader: Callable[[str], Any]) -> None:
        try:
            if name in told:
                content[as_field] = reader(told[name])
        except InvalidInput as error:
            unread[as_field] = str(error)

    for name in _DATES:
        take(name, name, lambda text: parse_date(text, day_first).isoformat())
    take("occurred_at", "occurred_at", lambda text: _moment(text, market, day_first))
    take("question", "questions", lambda text: [text])
    take("currency", "reward", lambda text: {"currency": text})
    currency = told.get("currency", "").upper()
    take("amount", "reward.amount", lambda text: str(parse_amount(text, currency)))
    if "reward.amount" in content:
        content["reward"] = content.get("reward", {}) | {"amount": content.pop("reward.amount")}
    elif "reward.amount" in unread:
        content.pop("reward", None)
    return content, unread


def _moment(text: str, market: Market | None, day_first: bool) -> str:
    """Read an instant; without an offset it is one of the market's clocks."""
    if market is None or _OFFSET.fullmatch(text):
        return text
    return parse_local_datetime(text, market.zone, day_first).isoformat()


def _outcome_id(outcome: PartnerOutcome) -> str:
    content = outcome.model_dump(mode="json", exclude={"outcome_id"})
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"csv-{hashlib.sha256(text.encode()).hexdigest()[:40]}"
