"""A real PostgreSQL for the tests, and a separate migrated database for each test.

Each database is a copy of a migrated template. A copy is 450 files: they are in memory if there is
room, where copying takes 0.03 s of a processor, and on disk 0.2 s; migrating takes 0.5 s.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg

from adapters.postgres.database import Database
from adapters.postgres.schema.migrations import migrate
from adapters.postgres.schema.roles import grant_privileges
from local.stack.ports import free_ports
from local.stack.postgres import ROLE, SERVICE_ROLE, make_service_role, start_database
from local.stack.postgres import database_url as url_of_server
from local.stack.supervisor import Supervisor

TEMPLATE: Final = "migrated_template"
PASSWORD: Final = "letters-and-digits-1"
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - only as the parent of a new folder of a random name
PREFIX: Final = "tickets-tests-"  # of folders, before the id of their process
MEMORY_NEEDED: Final = 1_000_000_000
"""Bytes that must be free: a server takes 100 MB, and each suite has one."""
# Nothing waits for the disk, because a crash costs only this test run. Without autovacuum, only the
# tests write, so that they can count transactions. The log is small, because it may be in memory.
SETTINGS: Final = (
    "fsync = off",
    "synchronous_commit = off",
    "full_page_writes = off",
    "autovacuum = off",
    "max_wal_size = '64MB'",
    "min_wal_size = '32MB'",
)
_names: Final = itertools.count(1)


@asynccontextmanager
async def running_server() -> AsyncIterator[str]:
    """The URL of a real PostgreSQL that holds the migrated template."""
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory(
        prefix=f"{PREFIX}{os.getpid()}-", dir=_folder_in_memory(), ignore_cleanup_errors=True
    ) as folder:
        async with Supervisor(Path(folder, "logs")) as supervisor:
            await start_database(supervisor, Path(folder, "data"), port, PASSWORD)
            url = url_of_server(port, PASSWORD)
            await _prepare(url)
            yield url


@asynccontextmanager
async def fresh_database(server: str) -> AsyncIterator[str]:
    """The URL of a new, migrated database, for the service role; it is dropped afterwards."""
    name = f"test_{next(_names)}"
    await _run(server, f"create database {name} template {TEMPLATE} strategy file_copy")
    try:
        yield as_service(url_of(server, name))
    finally:
        await _run(server, f"drop database {name} with (force)")


def as_service(url: str) -> str:
    """The same database for the role of worker and gateway, which owns nothing."""
    return url.replace(f"//{ROLE}:", f"//{SERVICE_ROLE}:")


def as_owner(url: str) -> str:
    """The same database for the tables' owner."""
    return url.replace(f"//{SERVICE_ROLE}:", f"//{ROLE}:")


def url_of(server: str, database: str) -> str:
    """The URL of another database of the same server."""
    return f"{server.rpartition('/')[0]}/{database}"


def _folder_in_memory() -> Path | None:
    """A folder in memory; none if the system has none (macOS) or a small one (a container)."""
    if not MEMORY.is_dir():
        return None
    _remove_folders_of_killed_runs()
    return MEMORY if shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED else None


def _remove_folders_of_killed_runs() -> None:
    """Free their memory: a killed process leaves its folder behind."""
    for folder in MEMORY.glob(f"{PREFIX}*"):
        process = folder.name.removeprefix(PREFIX).partition("-")[0]
        if not Path("/proc", process).exists():
            shutil.rmtree(folder, ignore_errors=True)


async def _prepare(server: str) -> None:
    for setting in SETTINGS:
        await _run(server, f"alter system set {setting}")
    await _run(server, "select pg_reload_conf()")
    await make_service_role(server, PASSWORD)
    await _run(server, f"create database {TEMPLATE}")
    async with Database.connect(url_of(server, TEMPLATE), connections=1) as template:
        await migrate(template)
        await grant_privileges(template, SERVICE_ROLE)


async def _run(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
