"""The environment of tests of resumption."""

from collections.abc import AsyncIterator

import pytest

from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.temporal_servers import dev_server
from tests.workflow.conftest import EnvironmentFactory


@pytest.fixture
async def env(open_env: EnvironmentFactory) -> AsyncIterator[TicketEnvironment]:
    """An environment with the Temporal dev server, in real time; Velotel holds early claims."""
    async with (
        dev_server() as server,
        open_env(server, velotel={"early_claims": "hold"}) as environment,
    ):
        yield environment
