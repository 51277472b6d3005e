"""Temporary: a fresh migrated database per test."""

import itertools
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from adapters.migrations import migrate
from adapters.postgres import Postgres
from local.database import database_url as url_of
from local.database import start_database
from local.ports import free_ports
from local.supervisor import Supervisor

_count = itertools.count()


@pytest.fixture(scope="session")
async def _server(tmp_path_factory: Any) -> AsyncIterator[str]:
    folder = tmp_path_factory.mktemp("pg")
    port = free_ports(1)[0]
    async with Supervisor(folder / "logs") as supervisor:
        await start_database(supervisor, folder / "data", port, "secret")
        url = url_of(port, "secret")
        c = await asyncpg.connect(url)
        await c.execute("create database template_tickets")
        await c.close()
        async with Postgres.connect(url.rpartition("/")[0] + "/template_tickets", 1) as postgres:
            await migrate(postgres)
        yield url


@pytest.fixture
async def database_url(_server: str) -> str:
    name = f"test_{next(_count)}"
    c = await asyncpg.connect(_server)
    await c.execute(f"create database {name} template template_tickets")
    await c.close()
    return _server.rpartition("/")[0] + "/" + name


@pytest.fixture
async def postgres(database_url: str) -> AsyncIterator[Postgres]:
    async with Postgres.connect(database_url, 10) as postgres:
        yield postgres
