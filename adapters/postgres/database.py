"""PostgreSQL: a pool of connections, and the named queries. The only module that imports the
driver.

Every write has a key, so that repeating it changes nothing. Errors of PostgreSQL or the network are
raised as `DatabaseUnavailable`; an error in a query is not translated.
"""

import functools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar

import aiosql
import asyncpg

from adapters.postgres.connection_errors import (
    describe,
    is_failover,
    is_outdated_plan,
    is_unavailable,
)
from domain.errors import DatabaseUnavailable

QUERIES: Final = aiosql.from_path(
    Path(__file__).parent / "queries", "asyncpg", mandatory_parameters=False
)
_TIMEOUT_SECONDS: Final = 5.0

P = ParamSpec("P")
T = TypeVar("T")
Query: TypeAlias = Callable[..., Awaitable[Any]]
"""A named query of `queries/`, as an attribute of `QUERIES`."""
Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"


DatabaseUrl: TypeAlias = str | Callable[[], str]
"""`postgresql://…`, or a function that returns the URL for the next connection: its password may
have been replaced.
"""


class OutdatedPlan(DatabaseUnavailable):
    """A migration changed the result of a prepared statement; nothing of its transaction is
    stored.
    """


def repeat_after_migration(
    function: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Repeat a function once, if a plan of its transaction was outdated.

    Everything that such a function does is in one transaction, or may be repeated.
    """

    @functools.wraps(function)
    async def repeating(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await function(*args, **kwargs)
        except OutdatedPlan:
            return await function(*args, **kwargs)

    return repeating


class Database:
    """A pool of connections, opened on first use: a worker can start while its database is
    unavailable.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        """Use `connect` instead."""
        self._pool = pool

    @classmethod
    @asynccontextmanager
    async def connect(
        cls,
        url: DatabaseUrl,
        connections: int = 10,
        statement_cache: int = 100,
        name: str = "tickets",
    ) -> AsyncIterator["Database"]:
        """Open a pool to `url`; a wrong address raises `ValueError` when it is first used.

        `statement_cache`: prepared statements per connection; 0 behind a pooler that assigns
        connections per transaction. `name`: as PostgreSQL shows the connections.
        """
        pool = asyncpg.create_pool(
            connect=functools.partial(_connect, url),
            server_settings={"application_name": name},
            min_size=0,
            max_size=connections,
            timeout=_TIMEOUT_SECONDS,
            command_timeout=_TIMEOUT_SECONDS,
            statement_cache_size=statement_cache,
            init=_register_json_codec,
            reset=_keep_session,
        )
        async with pool:
            yield cls(pool)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Give a connection inside a transaction."""
        async with self._connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        """Give a connection; each statement is a transaction of its own."""
        try:
            async with self._pool.acquire(timeout=_TIMEOUT_SECONDS) as connection:
                yield connection
        except Exception as error:
            if not is_unavailable(error):
                raise
            if is_failover(error):
                await self.expire()
            kind = OutdatedPlan if is_outdated_plan(error) else DatabaseUnavailable
            raise kind(f"PostgreSQL: {describe(error)}") from None

    async def expire(self) -> None:
        """Use no connection again that is open now."""
        await self._pool.expire_connections()

    async def accepts_writes(self) -> bool:
        """Say whether the database can be written: a standby also answers."""
        return bool(await self.fetch_value(QUERIES.accepts_writes))

    async def fetch_row(self, query: Query, **params: object) -> dict[str, Any] | None:
        """Return the row of one statement, or `None`; it is a transaction of its own."""
        async with self._connection() as connection:
            row = await query(connection, **params)
            return dict(row) if row else None

    async def fetch_value(self, query: Query, **params: object) -> Any:
        """Return the value of one statement, or `None`; it is a transaction of its own."""
        async with self._connection() as connection:
            return await query(connection, **params)

    async def execute(self, query: Query, **params: object) -> None:
        """Execute a statement; it is a transaction of its own."""
        async with self._connection() as connection:
            await query(connection, **params)


async def _connect(url: DatabaseUrl, *_args: Any, **options: Any) -> Any:
    return await asyncpg.connect(url() if callable(url) else url, **options)


async def _keep_session(connection: Any) -> None:
    """Reset nothing when a connection returns to the pool: all settings and locks of our queries
    end with their transaction, and a reset costs another round trip.
    """


async def _register_json_codec(connection: Any) -> None:
    await connection.set_type_codec(
        "json", encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
    )
