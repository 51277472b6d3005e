"""Parsing a partner's message, item by item: an invalid one does not affect the others."""

import re
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from domain.errors import RequestRejected
from domain.tickets.messages.signals import PartnerOutcome
from domain.values.input.date_input import localize
from domain.values.input.invalid_input import InvalidInput
from domain.values.parsing import ParseResult, parse_message
from domain.values.ticket_number import parse_number
from gateway.json_types import JsonObject

MAX_ITEMS: Final = 1000
MAX_BATCH_BYTES: Final = 1024 * 1024
_WITHOUT_OFFSET: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
)


def split_batch(content: object) -> list[object] | None:
    """Return the items of a message's body: one outcome or a list; `None` for anything else."""
    if isinstance(content, list):
        return content
    return [content] if isinstance(content, dict) else None


def parse_item(
    content: object, partner_id: str, zone: ZoneInfo | None = None
) -> ParseResult[PartnerOutcome]:
    """Parse an outcome that `partner_id` sent, and normalise its ticket number.

    An empty text counts as absent; a time without an offset is in the market's `zone`. Problems
    name each field and what was expected. An invalid number is kept, and will be unknown.
    """
    if not isinstance(content, dict):
        return ParseResult[PartnerOutcome](problems={"": "expected a JSON object"})
    problems = dict(_partner_mismatch(content, partner_id))
    given = {name: value for name, value in content.items() if value != ""}
    if "occurred_at" in given:
        given["occurred_at"] = _with_offset(given["occurred_at"], zone)
    fields = given | {"partner_id": partner_id, "number": _number(content.get("number"))}
    reading = parse_message(PartnerOutcome, fields)
    problems |= reading.problems
    if fields["number"] is None:
        problems["number"] = "expected the ticket's number"
    if reading.value and not _has_question(reading.value):
        problems["questions"] = "expected one at least, or a note"
    value = None if problems else reading.value
    return ParseResult[PartnerOutcome](
        value=value, problems=problems, unknown_fields=reading.unknown_fields
    )


def _partner_mismatch(content: JsonObject, partner_id: str) -> dict[str, str]:
    if content.get("partner_id") in (None, partner_id):
        return {}
    return {"partner_id": "expected your own, or none"}


def _with_offset(value: object, zone: ZoneInfo | None) -> object:
    if zone is None or not isinstance(value, str) or not _WITHOUT_OFFSET.fullmatch(value):
        return value
    try:
        return localize(datetime.fromisoformat(value), zone).isoformat()
    except (InvalidInput, ValueError):
        return value


def _number(value: object) -> object:
    try:
        return parse_number(value) if isinstance(value, str) else value
    except RequestRejected:
        return value


def _has_question(outcome: PartnerOutcome) -> bool:
    """Say whether a request for information has something to ask the member."""
    if outcome.outcome != "information_requested":
        return True
    texts = (*outcome.questions, outcome.note or "")
    return any(text.strip() for text in texts) and all(text.strip() for text in outcome.questions)
