"""Search for tickets, by pages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from adapters.postgres.database import QUERIES, Database
from domain.values.types import FrozenModel


class PageCursor(NamedTuple):
    """Where a page of tickets ends: the moment its last ticket was created, and its number."""

    at: datetime
    number: str


class TicketFilters(FrozenModel):
    """What tickets must be like; `None` for whatever they are. `attention` may be `any`."""

    number: str | None = None
    order_key: str | None = None
    email: str | None = None
    partner_id: str | None = None
    state: str | None = None
    attention: str | None = None
    due_before: datetime | None = None


async def find_tickets(
    database: Database, filters: TicketFilters, most: int, after: PageCursor | None = None
) -> list[dict[str, Any]]:
    """Return up to `most` tickets, the newest first, that come after a place."""
    page = {
        "most": most,
        "before_at": after.at if after else None,
        "before_number": after.number if after else None,
    }
    async with database.transaction() as connection:
        await QUERIES.force_custom_plan(connection)
        rows = QUERIES.find_tickets(connection, **filters.model_dump(), **page)
        return [dict(row) async for row in rows]


def cursor_after_page(rows: Sequence[Mapping[str, Any]], most: int) -> PageCursor | None:
    """Return where a page of `most` tickets ends, if `rows` hold one more than fit on it."""
    last = rows[most - 1] if len(rows) > most else None
    return PageCursor(last["created_at"], last["number"]) if last else None
