"""Outcomes of partners: stored once per id, bounded per ticket (docs/decisions/0015)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from adapters.postgres.agents.discrepancies import log_late_outcome
from adapters.postgres.database import QUERIES, Connection, Database, repeat_after_migration
from adapters.postgres.partners.outcome_records import (
    StoredTicketState,
    find_stored,
    outcome_key,
    predict_codes,
)
from domain.codes import MessageCode, RefusalCode
from domain.errors import RequestRejected
from domain.tickets.discrepancies import has_same_content
from domain.tickets.messages.signals import PartnerOutcome

TOO_MANY_OUTCOMES: Final = "too_many_outcomes"
"""The code of an outcome beyond the bounds of its ticket."""
MAX_OUTCOMES_PER_DAY: Final = 2_000
"""Outcomes of one ticket that are stored per day, or pending."""


class StoreResult(NamedTuple):
    """Whether a message was new, and the tickets of its outcomes that the partner may see."""

    is_new: bool
    numbers: frozenset[str] = frozenset()


@repeat_after_migration
async def partner_tickets(
    database: Database, partner_id: str, numbers: Collection[str]
) -> dict[str, StoredTicketState]:
    """Return those of `numbers` that are tickets that the partner may see."""
    async with database.transaction() as connection:
        return await _visible_tickets(connection, partner_id, numbers)


@repeat_after_migration
async def store_outcomes(
    database: Database,
    partner_id: str,
    outcomes: Collection[PartnerOutcome],
    message_id: str | None = None,
    signed_at: datetime | None = None,
) -> StoreResult:
    """Store a partner's new outcomes in order, without those about tickets that it may not see or
    beyond a ticket's bounds.

    The id of a signed message is stored with them; a replayed message stores nothing. Raises
    `RequestRejected("too_many_requests")`, and stores nothing, when no outcome is within bounds.
    """
    message = {"partner_id": partner_id, "message_id": message_id}
    async with database.transaction() as connection:
        if message_id and not await QUERIES.register_webhook_message(
            connection, **message, signed_at=signed_at
        ):
            return StoreResult(is_new=False)
        theirs = await _visible_tickets(
            connection, partner_id, {one.number or "" for one in outcomes}
        )
        mine = [one for one in outcomes if one.number in theirs]
        await QUERIES.enqueue_outcome_tickets(
            connection, partner_id=partner_id, numbers=sorted(theirs)
        )
        known = await find_stored(connection, partner_id, mine)
        fresh = [
            {"outcome": outcome.model_dump(mode="json"), "predicted_code": code}
            for outcome, code in predict_codes(
                (o for o in mine if outcome_key(o) not in known), theirs
            )
        ]
        rows = QUERIES.insert_outcomes(
            connection, **message, outcomes=fresh, max_per_day=MAX_OUTCOMES_PER_DAY
        )
        if not [row async for row in rows] and fresh:
            raise RequestRejected(RefusalCode.TOO_MANY_REQUESTS)
        await _log_reused_ids(connection, partner_id, mine)
    return StoreResult(is_new=True, numbers=frozenset(theirs))


async def _log_reused_ids(
    connection: Connection, partner_id: str, outcomes: Sequence[PartnerOutcome]
) -> None:
    """Log outcomes whose id was used before with other content; no ticket handles them."""
    known = await find_stored(connection, partner_id, outcomes)
    for outcome in sorted(outcomes, key=outcome_key):
        stored = known.get(outcome_key(outcome))
        if stored and not has_same_content(stored.outcome, outcome):
            await log_late_outcome(connection, outcome, MessageCode.OUTCOME_ID_REUSED)


async def _visible_tickets(
    connection: Connection, partner_id: str, numbers: Iterable[str]
) -> dict[str, StoredTicketState]:
    filters = {"partner_id": partner_id, "numbers": list(numbers)}
    rows = QUERIES.list_partner_tickets(connection, **filters)
    return {row["number"]: StoredTicketState.from_row(row) async for row in rows}
