"""How worker and commands connect to Temporal."""

from temporalio.client import Client
from temporalio.runtime import Runtime

from process.temporal import connection_options
from workflows.data_converter import DATA_CONVERTER


async def connect(runtime: Runtime | None = None) -> Client:
    """Connect as the SDK's environment configuration says."""
    return await Client.connect(
        **connection_options(), data_converter=DATA_CONVERTER, runtime=runtime
    )
