"""Queues of tickets that wait for an agent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from adapters.postgres.agents.ticket_list_row import TicketListRow
from adapters.postgres.agents.ticket_search import PageCursor
from adapters.postgres.database import QUERIES, Database, repeat_after_migration
from domain.tickets.states import FINAL
from domain.values.stored import read_stored

Queue = Literal["attention", "discrepancies", "overdue", "today", "not_notified"]
"""Tickets with an attention flag; with open discrepancies; past a deadline; with a deadline today
in the partner's market; closed ones whose member could not be notified.
"""
QUEUES: Final[tuple[Queue, ...]] = (
    "attention", "discrepancies", "overdue", "today", "not_notified",
)  # fmt: skip
_FINAL: Final = sorted(FINAL)


class DayBoundaries(NamedTuple):
    """The current time, the end of today in each partner's market, and for all others."""

    now: datetime
    ends: Mapping[str, datetime]
    ends_at: datetime


@repeat_after_migration
async def list_queue(
    database: Database,
    queue: Queue,
    today: DayBoundaries,
    most: int,
    after: PageCursor | None = None,
) -> list[TicketListRow]:
    """Return up to `most` tickets of a queue, oldest first."""
    page = _bounds(today) | {
        "queue": queue,
        "most": most,
        "after_at": after.at if after else None,
        "after_number": after.number if after else None,
    }
    async with database.transaction() as connection:
        await QUERIES.force_custom_plan(connection)
        rows = QUERIES.list_queue(connection, **page)
        return [read_stored(TicketListRow, dict(row)) async for row in rows]


async def count_queues(database: Database, today: DayBoundaries) -> dict[str, int]:
    """Return the size of each queue, at most a thousand."""
    return await database.fetch_row(QUERIES.count_queues, **_bounds(today)) or {}


def _bounds(today: DayBoundaries) -> dict[str, Any]:
    return {
        "final": _FINAL,
        "now": today.now,
        "partner_ids": list(today.ends),
        "ends": list(today.ends.values()),
        "day_ends": today.ends_at,
        "last_end": max([today.ends_at, *today.ends.values()]),
    }
