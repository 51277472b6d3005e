"""Temporal servers for tests: the real dev server, and the test server that skips time."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.testing import WorkflowEnvironment

from local.stack.temporal import fairness_flags
from workflows.data_converter import DATA_CONVERTER
from workflows.search_attributes import ALL

IDENTITY: Final = "tests"  # instead of the name of this machine, which histories would contain


@asynccontextmanager
async def dev_server(*flags: str) -> AsyncIterator[WorkflowEnvironment]:
    """The real Temporal dev server, in memory, started with these `flags` too."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=_program("temporal"),
        data_converter=DATA_CONVERTER,
        identity=IDENTITY,
        search_attributes=ALL,
        dev_server_extra_args=[*fairness_flags(), *flags],
    ) as server:
        yield server


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


@asynccontextmanager
async def time_skipping_server() -> AsyncIterator[WorkflowEnvironment]:
    """A test server that skips time and knows our search attributes."""
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=_program("temporal-test-server"),
        data_converter=DATA_CONVERTER,
        identity=IDENTITY,
    ) as server:
        attributes = {key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in ALL}
        await server.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=server.client.namespace, search_attributes=attributes
            )
        )
        yield server
