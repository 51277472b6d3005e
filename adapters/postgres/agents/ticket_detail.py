"""One ticket with all of its records, and the pages of its message log."""

from datetime import datetime
from typing import Final, NamedTuple

from adapters.postgres.agents.ticket_detail_row import TicketDetailRow
from adapters.postgres.agents.ticket_record_rows import MessageLogRow
from adapters.postgres.database import QUERIES, Database, repeat_after_migration
from domain.values.stored import read_stored

MESSAGES_PAGE_SIZE: Final = 50
"""Messages on one page of a ticket."""


class MessageCursor(NamedTuple):
    """The last message of a page; all `None` before the first page."""

    at: datetime | None
    version: int | None
    ordinal: int | None


async def get_ticket_detail(database: Database, number: str) -> TicketDetailRow | None:
    """Return a ticket with its records; `None` for an unknown number."""
    row = await database.fetch_row(
        QUERIES.get_ticket_detail, number=number, messages=MESSAGES_PAGE_SIZE + 1
    )
    return read_stored(TicketDetailRow, row) if row else None


@repeat_after_migration
async def list_messages_before(
    database: Database, number: str, cursor: MessageCursor | None
) -> list[MessageLogRow]:
    """Return a page of a ticket's messages before a cursor, and one more, newest first."""
    before = (cursor or MessageCursor(None, None, None))._asdict()
    async with database.transaction() as connection:
        rows = QUERIES.list_messages_before(
            connection, number=number, most=MESSAGES_PAGE_SIZE + 1, **before
        )
        return [read_stored(MessageLogRow, dict(row)) async for row in rows]


async def ticket_exists(database: Database, number: str) -> bool:
    """Say whether there is a ticket of this number."""
    return await database.fetch_row(QUERIES.get_ticket_state, number=number) is not None
