"""Reads every row of every table as text, without the adapters."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

_TABLES = """
select table_name from information_schema.tables
where table_schema = 'public' and table_name <> 'schema_migrations'
"""


class StoredRows:
    """Reads a database without the adapters."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Read through this connection."""
        self.connection = connection

    async def contents(self) -> dict[str, list[str]]:
        """Return every row of every table, as text, in a fixed order."""
        names = [row[0] for row in await self.connection.fetch(_TABLES)]
        return {name: await self._rows(name) for name in names}

    async def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return len(await self._rows(table))

    async def value(self, query: str, *arguments: Any) -> Any:
        """Return the one value that a query finds."""
        return await self.connection.fetchval(query, *arguments)

    async def _rows(self, table: str) -> list[str]:
        query = f"select t::text from {table} t order by 1"  # noqa: S608
        return [row[0] for row in await self.connection.fetch(query)]


@asynccontextmanager
async def open_rows(url: str) -> AsyncIterator[StoredRows]:
    """Open the database at `url`."""
    connection = await asyncpg.connect(url)
    try:
        yield StoredRows(connection)
    finally:
        await connection.close()
