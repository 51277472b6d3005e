"""Rewards that tickets granted."""

from typing import Any

from adapters.postgres.database import QUERIES, Postgres


async def list_grants(postgres: Postgres) -> list[dict[str, Any]]:
    """Return every grant: number, account, partner, kind, order, amount, currency."""
    async with postgres.transaction() as connection:
        return [dict(row) async for row in QUERIES.list_grants(connection)]
