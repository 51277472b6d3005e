"""Stages for the tests of whole tickets; what stands on them is in `setting.py`."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest

from tests.support.environment import Stage
from tests.support.setup import real_server, secrets, set_stage

SetUp = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture(scope="session", autouse=True)
def _secrets() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as environment:
        for name, secret in secrets().items():
            environment.setenv(name, secret)
        yield


@pytest.fixture
def staged(database_url: str, tmp_path: Path) -> SetUp:
    """Sets a stage: `async with staged(velotel={…}) as stage`, changes to partners' files named."""
    return partial(set_stage, database_url, tmp_path / "letters")


@pytest.fixture
async def stage(staged: SetUp) -> AsyncIterator[Stage]:
    """A stage on which nothing is unusual."""
    async with staged() as usual:
        yield usual


@pytest.fixture
async def real_stage(staged: SetUp) -> AsyncIterator[Stage]:
    """A stage with the real dev server, for what the test server does not do; time is real."""
    async with real_server() as server, staged(server) as real:
        yield real
