"""What all tests share: one real PostgreSQL for the run, a database for each test, a true way out.

A database per test is copied from a migrated template: that takes a tenth of a second, migrating
one anew takes five times as long.
"""

import atexit
import itertools
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from adapters.migrations import migrate
from adapters.postgres import Postgres
from local.database import database_url as url_of_server
from local.database import start_database
from local.ports import free_ports
from local.supervisor import Supervisor

TEMPLATE: Final = "migrated_template"
PASSWORD: Final = "letters-and-digits-1"
# A crash of the machine costs a test run nothing, so nothing waits for its disk; and nobody but the
# tests writes, so that they can count transactions.
SETTINGS: Final = (
    "fsync = off",
    "synchronous_commit = off",
    "full_page_writes = off",
    "autovacuum = off",
)

_names: Final = itertools.count(1)
_sessions: Final = pytest.StashKey[pytest.Session]()


@pytest.fixture(scope="session")
async def postgres_server() -> AsyncIterator[str]:
    """The URL of a real PostgreSQL that holds the migrated template.

    Not in pytest's own folder: the start of another test run closes that to every other user, also
    to the one as whom PostgreSQL runs where the tests are root's.
    """
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="tickets-", ignore_cleanup_errors=True) as folder:
        async with Supervisor(Path(folder, "logs")) as supervisor:
            await start_database(supervisor, Path(folder, "data"), port, PASSWORD)
            url = url_of_server(port, PASSWORD)
            await _make_ready(url)
            yield url


@pytest.fixture
async def database_url(postgres_server: str) -> AsyncIterator[str]:
    """The URL of a fresh, migrated database; it is gone after the test."""
    name = f"test_{next(_names)}"
    await _run(postgres_server, f"create database {name} template {TEMPLATE}")
    yield url_of(postgres_server, name)
    await _run(postgres_server, f"drop database {name} with (force)")


@pytest.fixture
async def postgres(database_url: str) -> AsyncIterator[Postgres]:
    """The adapter on a fresh, migrated database."""
    async with Postgres.connect(database_url) as opened:
        yield opened


def url_of(server: str, database: str) -> str:
    """The URL of another database of the same server."""
    return f"{server.rpartition('/')[0]}/{database}"


async def _make_ready(server: str) -> None:
    for setting in SETTINGS:
        await _run(server, f"alter system set {setting}")
    await _run(server, "select pg_reload_conf()")
    await _run(server, f"create database {TEMPLATE}")
    async with Postgres.connect(url_of(server, TEMPLATE), connections=1) as template:
        await migrate(template)


async def _run(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Remember the run: its status is known only at its very end."""
    session.config.stash[_sessions] = session


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave without tearing the interpreter down, where Temporal's client was used.

    On CPython 3.11 the teardown can abort the process (sdk-python issue 300), and its exit code
    would then tell of that, not of the tests.
    """
    session = config.stash.get(_sessions, None)
    if session is None or "temporalio" not in sys.modules:
        return
    capture = config.pluginmanager.getplugin("capturemanager")
    if capture is not None:
        capture.stop_global_capturing()
    config.get_terminal_writer().flush()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(int(session.exitstatus))
