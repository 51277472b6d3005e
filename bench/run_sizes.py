"""How large workflows' histories have become, and how many of them failed."""

from typing import Final

from temporalio.client import Client, WorkflowExecutionStatus

from bench.figures import Figure

MAX_EVENTS_PER_PAGE: Final = 10_000
MAX_MEBIBYTES: Final = 10
MEBIBYTE: Final = 1024 * 1024
_FINE: Final = {
    WorkflowExecutionStatus.RUNNING,
    WorkflowExecutionStatus.COMPLETED,
    WorkflowExecutionStatus.CONTINUED_AS_NEW,
}


async def run_sizes(address: str) -> list[Figure]:
    """Examine every run of every workflow on the Temporal server at `address`."""
    client = await Client.connect(address)
    count = ended_badly = events = size = 0
    async for listed in client.list_workflows():
        handle = client.get_workflow_handle(listed.id, run_id=listed.run_id)
        info = (await handle.describe()).raw_description.workflow_execution_info
        count += 1
        ended_badly += listed.status not in _FINE
        events = max(events, info.history_length)
        size = max(size, info.history_size_bytes)
    failing = await client.count_workflows("TemporalReportedProblems IS NOT NULL")
    return [
        Figure("runs examined", count, at_least=1, exact=True),
        Figure("workflows terminated or failed", ended_badly, at_most=0, exact=True),
        Figure("workflows whose tasks fail", failing.count, at_most=0, exact=True),
        Figure("longest history", events, "events", at_most=MAX_EVENTS_PER_PAGE),
        Figure("largest history", size / MEBIBYTE, "MiB", at_most=MAX_MEBIBYTES),
    ]
