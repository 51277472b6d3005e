"""Parsing a partner's message, item by item: an invalid one does not affect the others."""

from typing import Final

from domain.errors import RequestRejected
from domain.partners.market import Market
from domain.tickets.messages.signals import PartnerOutcome
from domain.values.input.conventions import Conventions
from domain.values.parsing import ParseResult, parse_message, without_empty_texts
from domain.values.ticket_number import parse_number
from gateway.json_types import JsonObject

MAX_ITEMS: Final = 1000
MAX_BATCH_BYTES: Final = 1024 * 1024


def split_batch(content: object) -> list[object] | None:
    """Return the items of a message's body: one outcome or a list; `None` for anything else."""
    if isinstance(content, list):
        return content
    return [content] if isinstance(content, dict) else None


def parse_item(
    content: object, partner_id: str, market: Market | None = None
) -> ParseResult[PartnerOutcome]:
    """Parse an outcome that `partner_id` sent, and normalise its ticket number.

    An empty text counts as absent; dates, times and amounts are read as people of the `market`
    write them. Problems name each field and what was expected. An invalid number is kept, and will
    be unknown.
    """
    if not isinstance(content, dict):
        return ParseResult[PartnerOutcome](problems={"": "expected a JSON object"})
    problems = dict(_partner_mismatch(content, partner_id))
    fields = _given(content) | {"partner_id": partner_id, "number": _number(content.get("number"))}
    reading = parse_message(PartnerOutcome, fields, _conventions(fields, market))
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


def _given(content: JsonObject) -> JsonObject:
    """Return the fields of an item that are not empty."""
    given = without_empty_texts(content)
    if isinstance(reward := given.get("reward"), dict):
        given["reward"] = without_empty_texts(reward) or None
    return given


def _conventions(fields: JsonObject, market: Market | None) -> Conventions:
    """Return the market's conventions; an amount is in the currency that stands beside it."""
    conventions, reward = market.conventions if market else Conventions(), fields.get("reward")
    currency = reward.get("currency") if isinstance(reward, dict) else None
    return conventions._replace(currency=currency.upper() if isinstance(currency, str) else None)


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
