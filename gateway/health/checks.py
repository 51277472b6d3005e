"""Whether the database and Temporal respond."""

import asyncio
from contextlib import suppress

from temporalio.client import (
    Client,
)
from temporalio.service import RPCError

from adapters.postgres.database import Database
from domain.errors import DatabaseUnavailable
from gateway.temporal_client import DESCRIBE_TIMEOUT


async def check_database(database: Database) -> None:
    """Raise `DatabaseUnavailable` unless the database responds soon and accepts writes."""
    try:
        async with asyncio.timeout(DESCRIBE_TIMEOUT.total_seconds()):
            if await database.accepts_writes():
                return
            await database.expire()
    except TimeoutError:
        raise DatabaseUnavailable("PostgreSQL: no answer") from None
    raise DatabaseUnavailable("PostgreSQL: read-only")


async def check_temporal(client: Client) -> bool:
    """Say whether Temporal responds."""
    with suppress(RPCError, RuntimeError):
        return await client.service_client.check_health(timeout=DESCRIBE_TIMEOUT)
    return False
