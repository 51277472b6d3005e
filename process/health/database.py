"""Whether the database responds, accepts writes and has this version's schema."""

import asyncio
from typing import Final

from adapters.postgres.database import Database
from adapters.postgres.schema.migrations import list_missing
from domain.errors import DatabaseUnavailable, InvalidConfiguration

TIMEOUT_SECONDS: Final = 2.0


async def check_database(database: Database) -> None:
    """Raise `DatabaseUnavailable` unless the database responds soon and accepts writes."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            if await database.accepts_writes():
                return
            await database.expire()
    except TimeoutError:
        raise DatabaseUnavailable("PostgreSQL: no answer") from None
    raise DatabaseUnavailable("PostgreSQL: read-only")


async def missing_in_database(database: Database) -> str:
    """Return what is wrong with the database, or ""."""
    try:
        await check_database(database)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            found = await list_missing(database)
    except TimeoutError:
        return "PostgreSQL: no answer"
    except (DatabaseUnavailable, InvalidConfiguration) as error:
        return str(error)
    return f"the database lacks {', '.join(found)}: run python -m cli migrate" if found else ""
