"""Faults of the database of a running stack, by its owner or by signals."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import psutil

from adapters.postgres.database import Database
from domain.errors import DatabaseUnavailable
from local.stack.readiness import wait_for_port
from local.stack.stack import Stack

T = TypeVar("T")
POLL_SECONDS: Final = 0.1
END_SESSIONS: Final = (
    "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'tickets'"
)


async def kill_server(stack: Stack, name: str, down: float) -> None:
    """Kill a server with all its processes, as a machine that loses power; start it again after
    `down` seconds.
    """
    supervisor, ports = stack.supervisor, stack.ports
    children = psutil.Process(supervisor.pid(name)).children(recursive=True)
    await supervisor.stop(name, at_once=True)
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    await asyncio.to_thread(psutil.wait_procs, children, 10)
    await asyncio.sleep(down)
    await supervisor.start_again(name)
    port = ports.temporal_port if name == "temporal" else ports.postgres_port
    await supervisor.run_while_healthy(wait_for_port(port))


async def set_read_only(stack: Stack, value: str) -> None:
    """Let new sessions of the service refuse writes (`on`) or take them again (`off`)."""
    await as_owner(stack, f"alter role tickets set default_transaction_read_only = {value}")


async def as_owner(stack: Stack, query: str, *arguments: object) -> Any:
    """Return the value of a query by the database's owner."""

    async def fetch(owner: Database) -> Any:
        async with owner.transaction() as connection:
            return await connection.fetchval(query, *arguments)

    return await with_owner(stack, fetch)


async def with_owner(stack: Stack, work: Callable[[Database], Awaitable[T]]) -> T:
    """Work on the database as its owner; repeated while it is unavailable."""
    url = stack.addresses["database_owner_url"]
    while True:
        with contextlib.suppress(DatabaseUnavailable):
            async with Database.connect(url, 1) as owner:
                return await work(owner)
        await asyncio.sleep(POLL_SECONDS)
