"""Search for tickets, by pages."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from adapters.postgres.agents.ticket_list_row import TicketListRow
from adapters.postgres.database import QUERIES, Database, repeat_after_migration
from domain.values.stored import read_stored
from domain.values.types import FrozenModel


class PageCursor(NamedTuple):
    """The last ticket of a page: when it was created, and its number."""

    at: datetime
    number: str


class TicketFilters(FrozenModel):
    """Conditions on tickets; `None` is no condition. `attention` may be `any`.

    `or_account_id` widens the search by `order_key` or `email` to an account.
    """

    number: str | None = None
    order_key: str | None = None
    email: str | None = None
    account_id: str | None = None
    or_account_id: str | None = None
    partner_id: str | None = None
    state: str | None = None
    attention: str | None = None
    due_before: datetime | None = None


@repeat_after_migration
async def find_tickets(
    database: Database, filters: TicketFilters, most: int, after: PageCursor | None = None
) -> list[TicketListRow]:
    """Return up to `most` tickets after a cursor, newest first."""
    page = {
        "most": most,
        "before_at": after.at if after else None,
        "before_number": after.number if after else None,
    }
    async with database.transaction() as connection:
        await QUERIES.force_custom_plan(connection)
        rows = QUERIES.find_tickets(connection, **filters.model_dump(), **page)
        return [read_stored(TicketListRow, dict(row)) async for row in rows]


def cursor_after_page(rows: Sequence[TicketListRow], most: int) -> PageCursor | None:
    """Return the cursor behind the first `most` rows; `None` if there are no more."""
    last = rows[most - 1] if len(rows) > most else None
    return PageCursor(last.created_at, last.number) if last else None
