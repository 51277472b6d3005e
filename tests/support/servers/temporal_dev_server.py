"""A Temporal dev server, for tests that need no skipped time."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from local.stack.ports import HOST
from workflows.search_attributes import ALL


@asynccontextmanager
async def dev_server() -> AsyncIterator[str]:
    """Run a dev server with our search attributes on a free port; yields its address."""
    temporal = str(Path(sys.executable).with_name("temporal"))
    server = await WorkflowEnvironment.start_local(
        ip=HOST,
        dev_server_existing_path=temporal,
        dev_server_log_level="error",
        search_attributes=ALL,
    )
    async with server:
        yield str(server.client.service_client.config.target_host)
