"""Rewards that tickets granted."""

from typing import Any

from adapters.postgres.database import QUERIES, Database


async def list_grants(database: Database) -> list[dict[str, Any]]:
    """Return every grant: number, account, partner, kind, order, amount, currency."""
    async with database.transaction() as connection:
        return [dict(row) async for row in QUERIES.list_grants(connection)]
