"""This machine's clock, compared with that of the database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from adapters.postgres.database import QUERIES, Database

MAX_SKEW: Final = timedelta(minutes=1)
"""Beyond this difference our clock counts as wrong."""


def utc_now() -> datetime:
    """Return this machine's time."""
    return datetime.now(UTC)


async def clock_skew(database: Database, now: Callable[[], datetime] = utc_now) -> timedelta:
    """Return how far our clock is ahead of the database's; raises `DatabaseUnavailable`."""
    before = now()
    theirs: datetime = await database.fetch_value(QUERIES.clock_time)
    return before + (now() - before) / 2 - theirs
