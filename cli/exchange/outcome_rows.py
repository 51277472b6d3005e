"""Lines of a partner's file, read as outcomes."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from cli.exchange.csv_columns import OUTCOME_COLUMNS
from domain.codes import ClaimRefusal, RefusalCode
from domain.errors import RequestRejected
from domain.partners.market import Market
from domain.tickets.messages.signals import PartnerOutcome
from domain.values.input.date_input import is_day_first, parse_date, parse_local_datetime
from domain.values.input.invalid_input import InvalidInput
from domain.values.input.number_input import parse_amount
from domain.values.parsing import parse_message
from domain.values.text_cleaning import clean_line, clean_text
from domain.values.ticket_number import parse_number

_DATES: Final = ("contract_started_on", "activated_on", "cancellation_ends_on")
_TEXTS: Final = frozenset({"note", "question"})
_CODES: Final = ("outcome", "reason_code")
_OFFSET: Final = re.compile(r"(?i).*[0-9](?:Z|[+-][0-9]{2}:?[0-9]{2})")


def read_outcome(
    cells: Mapping[str, str], partner_id: str, market: Market | None = None
) -> PartnerOutcome:
    """Return the outcome of a line, given by column and written as people of the `market` write.

    Its id is a digest of its content: the same line is the same outcome in any file. Raises
    `RequestRejected`: `unknown_number`, or `malformed` with each field and what was expected.
    """
    texts = {name: text for name in OUTCOME_COLUMNS if (text := _text(name, cells.get(name, "")))}
    number = _number(texts)
    content, unread = _read(texts, market)
    content |= {"partner_id": partner_id, "number": number, "outcome_id": "to-be-made"}
    reading = parse_message(PartnerOutcome, content)
    if unread or reading.value is None:
        problems = reading.problems | unread
        wrong = "; ".join(f"{field}: {problem}" for field, problem in problems.items())
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
    if name in _TEXTS:
        return clean_text(cell)
    return clean_line(cell).casefold() if name in _CODES else clean_line(cell)


def _read(texts: Mapping[str, str], market: Market | None) -> tuple[dict[str, Any], dict[str, str]]:
    """Return an outcome's content, and an error text for each field that could not be read."""
    day_first = market is not None and is_day_first(market.time_zone)
    content: dict[str, Any] = {name: texts[name] for name in (*_CODES, "note") if name in texts}
    unread: dict[str, str] = {}

    def take(name: str, as_field: str, reader: Callable[[str], Any]) -> None:
        try:
            if name in texts:
                content[as_field] = reader(texts[name])
        except InvalidInput as error:
            unread[as_field] = str(error)

    for name in _DATES:
        take(name, name, lambda text: parse_date(text, day_first).isoformat())
    take("occurred_at", "occurred_at", lambda text: _instant(text, market, day_first))
    take("question", "questions", lambda text: [text])
    take("currency", "reward", lambda text: {"currency": text})
    currency = texts.get("currency", "").upper()
    take("amount", "reward.amount", lambda text: str(parse_amount(text, currency)))
    if "reward.amount" in content:
        content["reward"] = content.get("reward", {}) | {"amount": content.pop("reward.amount")}
    elif "reward.amount" in unread:
        content.pop("reward", None)
    return content, unread


def _instant(text: str, market: Market | None, day_first: bool) -> str:
    """Return an instant; a text without an offset means the market's time zone."""
    if market is None or _OFFSET.fullmatch(text):
        return text
    return parse_local_datetime(text, market.zone, day_first).isoformat()


def _outcome_id(outcome: PartnerOutcome) -> str:
    content = outcome.model_dump(mode="json", exclude={"outcome_id"})
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"csv-{hashlib.sha256(text.encode()).hexdigest()[:40]}"
