"""The question that a ticket asks its member."""

from typing import Any

from adapters.postgres.database import QUERIES, Database


async def get_open_question(database: Database, number: str) -> dict[str, Any] | None:
    """Return the last question of a ticket with its form and rules; `None` for an unknown number
    or a ticket that never asked.
    """
    return await database.fetch_row(QUERIES.get_open_question, number=number)
