"""What all tests share: a real PostgreSQL, a database for each test, a true way out."""

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from typing import Final

import pytest

from adapters.postgres.database import Database
from tests.support.databases import PREFIX, as_owner, fresh_database, running_server

# Each run has pytest's folder for itself: a run that begins makes a shared one inaccessible to the
# user that PostgreSQL has if root runs the tests.
_temporary: Final = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")
os.environ["PYTEST_DEBUG_TEMPROOT"] = _temporary
_sessions: Final = pytest.StashKey[pytest.Session]()


@pytest.fixture(scope="session")
async def postgres_server() -> AsyncIterator[str]:
    """The URL of a real PostgreSQL that holds the migrated template."""
    async with running_server() as url:
        yield url


@pytest.fixture
async def database_url(postgres_server: str) -> AsyncIterator[str]:
    """The URL of a fresh, migrated database."""
    async with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture
def owner_url(database_url: str) -> str:
    """The same database for the owner of its tables."""
    return as_owner(database_url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The adapter on a fresh, migrated database."""
    async with Database.connect(database_url) as opened:
        yield opened


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
    if session is not None and session.exitstatus == 0:
        shutil.rmtree(_temporary, ignore_errors=True)
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
