"""One ticket with all of its records, and the pages of its message log."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from adapters.postgres.database import QUERIES, Database

MESSAGES_PAGE_SIZE: Final = 50
"""Of a ticket: what strangers send must not make its page endless."""


class MessageCursor(NamedTuple):
    """Where a page of a ticket's messages ends; `None`: at the newest."""

    at: datetime | None
    version: int | None
    ordinal: int | None


async def get_ticket_detail(database: Database, number: str) -> dict[str, Any] | None:
    """Return a ticket's row with `rules`, `moves`, `letters`, `notes`, `same_order`, `duplicates`;
    moments inside of these are text. Of the notes those that came last, one more than a page.
    """
    return await database.fetch_row(
        QUERIES.get_ticket_detail, number=number, messages=MESSAGES_PAGE_SIZE + 1
    )


async def list_messages_before(
    database: Database, number: str, place: MessageCursor | None
) -> list[dict[str, Any]]:
    """Return a page of a ticket's messages and one more, the newest first, before a place."""
    before = (place or MessageCursor(None, None, None))._asdict()
    async with database.transaction() as connection:
        rows = QUERIES.list_messages_before(
            connection, number=number, most=MESSAGES_PAGE_SIZE + 1, **before
        )
        return [dict(row) async for row in rows]


async def ticket_exists(database: Database, number: str) -> bool:
    """Say whether there is a ticket of this number."""
    return await database.fetch_row(QUERIES.get_ticket_state, number=number) is not None
