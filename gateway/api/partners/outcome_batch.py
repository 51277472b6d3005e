"""What a partner's message says, item by item: each is read by itself, and spoils no other."""

import re
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.claims.parsing import ParseResult, parse_message
from domain.errors import RequestRejected
from domain.tickets.messages import PartnerOutcome
from domain.values.input_grammar import InvalidInput, localize
from domain.values.ticket_number import parse_number

MOST_ITEMS: Final = 1000
LONGEST_LIST: Final = 1024 * 1024
"""Bytes."""
_WITHOUT_OFFSET: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
)


def items_of(content: object) -> list[object] | None:
    """Return the items of a message's body: one outcome or a list; `None` for anything else."""
    if isinstance(content, list):
        return content
    return [content] if isinstance(content, dict) else None


def read_item(
    content: object, partner_id: str, zone: ZoneInfo | None = None
) -> ParseResult[PartnerOutcome]:
    """Read an outcome that `partner_id` sent, with its number as numbers are written. A field that
    is `""` is absent; a moment without an offset is one of the market's `zone`.

    Problems name each field and what was expected. A number that is none is left to be unknown.
    """
    if not isinstance(content, dict):
        return ParseResult[PartnerOutcome](problems={"": "expected a JSON object"})
    problems = dict(_foreign(content, partner_id))
    said = {name: value for name, value in content.items() if value != ""}
    if "occurred_at" in said:
        said["occurred_at"] = _with_offset(said["occurred_at"], zone)
    told = said | {"partner_id": partner_id, "number": _number(content.get("number"))}
    reading = parse_message(PartnerOutcome, told)
    problems |= reading.problems
    if told["number"] is None:
        problems["number"] = "expected the ticket's number"
    if reading.value and not _says_something(reading.value):
        problems["questions"] = "expected one at least, or a note"
    value = None if problems else reading.value
    return ParseResult[PartnerOutcome](
        value=value, problems=problems, unknown_fields=reading.unknown_fields
    )


def _foreign(content: dict[str, Any], partner_id: str) -> dict[str, str]:
    if content.get("partner_id") in (None, partner_id):
        return {}
    return {"partner_id": "expected your own, or none"}


def _with_offset(told: object, zone: ZoneInfo | None) -> object:
    if zone is None or not isinstance(told, str) or not _WITHOUT_OFFSET.fullmatch(told):
        return told
    try:
        return localize(datetime.fromisoformat(told), zone).isoformat()
    except (InvalidInput, ValueError):
        return told


def _number(told: object) -> object:
    try:
        return parse_number(told) if isinstance(told, str) else told
    except RequestRejected:
        return told


def _says_something(outcome: PartnerOutcome) -> bool:
    """Say whether there is anything that the member could be asked, where the partner asks."""
    if outcome.outcome != "information_requested":
        return True
    words = (*outcome.questions, outcome.note or "")
    return any(text.strip() for text in words) and all(text.strip() for text in outcome.questions)
