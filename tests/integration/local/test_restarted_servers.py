"""A server of the local stack that dies starts again, on its port and with its data."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from adapters.postgres.database import Database
from domain.errors import DatabaseUnavailable
from local.stack.environment import addresses, environment
from local.stack.ports import HOST, Ports
from local.stack.postgres import database_url, start_database
from local.stack.supervisor import Supervisor
from local.stack.temporal import start_temporal

DEADLINE = 30.0  # seconds
PASSWORD = "0123456789abcdef"


@pytest.fixture
async def supervisor(tmp_path: Path) -> AsyncIterator[Supervisor]:
    async with Supervisor(tmp_path / "logs") as supervisor:
        yield supervisor


async def kill(supervisor: Supervisor, name: str) -> None:
    """Kill the process, and wait for its successor."""
    first = supervisor.pid(name)
    os.kill(first, signal.SIGKILL)
    async with asyncio.timeout(DEADLINE):
        while True:
            if supervisor.pid(name) != first:
                return
            await asyncio.sleep(0.05)


async def when_back(
    ask: Callable[[], Awaitable[object]], unavailable: tuple[type[Exception], ...]
) -> object:
    """Return the answer of a server, as soon as it gives one."""
    async with asyncio.timeout(DEADLINE):
        while True:
            try:
                return await ask()
            except unavailable:
                await asyncio.sleep(0.05)


async def test_postgresql_that_is_killed_comes_back_with_its_rows(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    port = Ports.free().postgres_port
    await start_database(supervisor, tmp_path / "postgres", port, PASSWORD)
    url = database_url(port, PASSWORD)
    async with Database.connect(url, 1) as database, database.transaction() as connection:
        await connection.execute("create table kept as select 42 as value")

    async def read() -> int | None:
        async with Database.connect(url, 1) as database, database.transaction() as connection:
            value: int | None = await connection.fetchval("select value from kept")
            return value

    await kill(supervisor, "postgres")
    assert await when_back(read, (DatabaseUnavailable,)) == 42


async def test_a_temporal_server_that_is_killed_comes_back_with_its_workflows(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    ports = Ports.free()
    programs = environment(tmp_path, addresses(ports, PASSWORD))
    await start_temporal(supervisor, tmp_path, ports, programs)
    address = f"{HOST}:{ports.temporal_port}"
    client = await Client.connect(address)
    await client.start_workflow("Kept", id="kept", task_queue="nobody")

    async def describe() -> str:
        again = await Client.connect(address)
        return (await again.get_workflow_handle("kept").describe()).id

    await kill(supervisor, "temporal")
    assert await when_back(describe, (RPCError, RuntimeError)) == "kept"
