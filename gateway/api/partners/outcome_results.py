"""The results of a batch of outcomes, item by item."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from adapters.postgres.partners.outcome_records import OutcomeKey, StoredOutcome, outcome_key
from adapters.postgres.partners.outcomes import TOO_MANY_OUTCOMES
from domain.codes import MessageCode
from domain.tickets.discrepancies import has_same_content
from domain.tickets.messages.signals import PartnerOutcome
from domain.values.parsing import ParseResult
from gateway.api.schemas.outcomes import OutcomeResult
from gateway.http.problems import FieldError
from gateway.outcome_intake import AcceptedOutcomes

_PRINTABLE: Final = re.compile(r"[!-~]{1,200}")


def batch_results(
    items: Sequence[object],
    readings: Sequence[ParseResult[PartnerOutcome]],
    accepted: AcceptedOutcomes,
    message_id: str,
) -> list[OutcomeResult]:
    """Return a result for each item; `message_id` is that of the message that brought them."""
    results: list[OutcomeResult] = []
    seen: set[OutcomeKey] = set()
    for item, reading in zip(items, readings, strict=True):
        result = OutcomeResult(
            outcome_id=_echo(item, "outcome_id"),
            number=reading.value.number if reading.value else _echo(item, "number"),
            status="refused",
            unknown_fields=list(reading.unknown_fields),
        )
        if reading.value is None:
            result.code, result.errors = "malformed", _errors(reading.problems)
        else:
            key = outcome_key(reading.value)
            brought_by = None if key in seen else message_id
            _set_status(result, reading.value, accepted.known.get(key), brought_by)
            if key not in accepted.known and key[0] in accepted.numbers:
                result.code = TOO_MANY_OUTCOMES
            seen.add(key)
        results.append(result)
    return results


def _set_status(
    result: OutcomeResult,
    outcome: PartnerOutcome,
    stored: StoredOutcome | None,
    brought_by: str | None,
) -> None:
    checked = OutcomeResult.model_validate({"status": "refused", "code": _code(outcome, stored)})
    result.code = checked.code
    if stored and result.code in (None, MessageCode.UNCHANGED):
        is_new = brought_by is not None and stored.message_id == brought_by
        result.status = "accepted" if is_new and result.code is None else "duplicate"


def _code(outcome: PartnerOutcome, stored: StoredOutcome | None) -> str | None:
    if stored is None:
        return "unknown_number"
    return (
        stored.refusal
        if has_same_content(stored.outcome, outcome)
        else MessageCode.OUTCOME_ID_REUSED
    )


def _errors(problems: Mapping[str, str]) -> list[FieldError]:
    return [FieldError(field=at or "outcome", expected=what) for at, what in problems.items()]


def _echo(item: object, name: str) -> str | None:
    """Return a field of an item if it can be written into the response."""
    value = item.get(name) if isinstance(item, dict) else None
    return value if isinstance(value, str) and _PRINTABLE.fullmatch(value) else None
