"""The environment of tests of early claims."""

from collections.abc import AsyncIterator

import pytest

from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.conftest import EnvironmentFactory


@pytest.fixture
async def holding_env(open_env: EnvironmentFactory) -> AsyncIterator[TicketEnvironment]:
    """An environment in which Velotel holds early claims."""
    async with open_env(velotel={"early_claims": "hold"}) as env:
        yield env
