"""Lines of a partner's file, read as outcomes."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from cli.exchange.csv_columns import OUTCOME_COLUMNS
from domain.codes import ClaimRefusal, RefusalCode
from domain.errors import RequestRejected
from domain.partners.market import Market
from domain.tickets.messages.signals import PartnerOutcome
from domain.values.input.conventions import Conventions
from domain.values.parsing import parse_message
from domain.values.text_cleaning import clean_line, clean_text
from domain.values.ticket_number import parse_number

_TEXTS: Final = frozenset({"note", "question"})
_CODES: Final = frozenset({"outcome", "reason_code"})
_DATES: Final = frozenset(
    {"contract_started_on", "activated_on", "cancellation_ends_on", "occurred_at"}
)
_REWARD: Final = ("amount", "currency")
_ELSEWHERE: Final = frozenset({"number", "question", *_REWARD})
"""Columns that are no field of an outcome by themselves."""
# German spreadsheets save the date 5.12.2026 as they show it: 05.12.26.
_SHORT_YEAR: Final = re.compile(r"([0-9]{1,2}\.[0-9]{1,2}\.)([0-9]{2})(?= |$)")


def read_outcome(
    cells: Mapping[str, str], partner_id: str, market: Market | None = None
) -> PartnerOutcome:
    """Return the outcome of a line, given by column and written as people of the `market` write.

    Its id is a digest of its content: the same line is the same outcome in any file. Raises
    `RequestRejected`: `unknown_number`, or `malformed` with each field and what was expected.
    """
    texts = {name: text for name in OUTCOME_COLUMNS if (text := _text(name, cells.get(name, "")))}
    content = _content(texts) | {"partner_id": partner_id, "number": _number(texts)}
    reading = parse_message(PartnerOutcome, content, _conventions(texts, market))
    if reading.value is None:
        wrong = "; ".join(f"{_column(at)}: {what}" for at, what in reading.problems.items())
        raise RequestRejected(RefusalCode.MALFORMED, expected=wrong)
    return reading.value.model_copy(update={"outcome_id": _outcome_id(reading.value)})


def unknown_number() -> RequestRejected:
    """Return the one refusal for a malformed, unknown or foreign number."""
    return RequestRejected(
        ClaimRefusal.UNKNOWN_NUMBER, "number", "expected that of a claim sent to you"
    )


def _number(texts: Mapping[str, str]) -> str:
    try:
        return parse_number(texts.get("number", ""))
    except RequestRejected:
        raise unknown_number() from None


def _text(name: str, cell: str) -> str:
    """Return the text of a cell, "" for an empty one.

    An amount stays as it is: cleaned, `4²` would be 42.
    """
    line = clean_line(cell)
    if not line or name == "amount":
        return line and cell
    if name in _TEXTS:
        return clean_text(cell)
    if name in _DATES and (short := _SHORT_YEAR.match(line)):
        return f"{short[1]}20{short[2]}{line[short.end() :]}"
    return line.casefold() if name in _CODES else line


def _content(texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of an outcome; it gets its id when it has been read."""
    content: dict[str, Any] = {name: texts[name] for name in texts.keys() - _ELSEWHERE}
    content["outcome_id"] = "to-be-made"
    if "question" in texts:
        content["questions"] = [texts["question"]]
    if reward := {name: texts[name] for name in _REWARD if name in texts}:
        content["reward"] = reward
    return content


def _conventions(texts: Mapping[str, str], market: Market | None) -> Conventions:
    """Return the market's conventions; an amount is in the currency of its line."""
    conventions = market.conventions if market else Conventions()
    return conventions._replace(currency=texts.get("currency", "").upper() or None)


def _column(path: str) -> str:
    """Return the column that a field of an outcome comes from."""
    outer, _, inner = path.partition(".")
    return (
        "question" if outer == "questions" else inner or _REWARD[0] if outer == "reward" else outer
    )


def _outcome_id(outcome: PartnerOutcome) -> str:
    content = outcome.model_dump(mode="json", exclude={"outcome_id"})
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"csv-{hashlib.sha256(text.encode()).hexdigest()[:40]}"
