"""Environments for the tests of whole tickets."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest

from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.profiles import secrets
from tests.support.workflow.setup import open_environment
from tests.support.workflow.temporal_servers import dev_server

EnvironmentFactory = Callable[..., AbstractAsyncContextManager[TicketEnvironment]]


@pytest.fixture(scope="session", autouse=True)
def _secrets() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as environment:
        for name, secret in secrets().items():
            environment.setenv(name, secret)
        yield


@pytest.fixture
def open_env(database_url: str, tmp_path: Path) -> EnvironmentFactory:
    """A factory of environments: `open_env(velotel={…})` also changes a partner's file."""
    return partial(open_environment, database_url, tmp_path / "emails")


@pytest.fixture
async def env(open_env: EnvironmentFactory) -> AsyncIterator[TicketEnvironment]:
    """An environment with the unchanged partner files."""
    async with open_env() as environment:
        yield environment


@pytest.fixture
async def real_env(open_env: EnvironmentFactory) -> AsyncIterator[TicketEnvironment]:
    """An environment with the Temporal dev server, in real time."""
    async with dev_server() as server, open_env(server) as environment:
        yield environment
