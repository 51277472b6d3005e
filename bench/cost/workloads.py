"""One unit of work of each kind, from its start to the end of its workflow."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy

from bench.cost.deliveries import DeliveryWatcher
from bench.cost.floor_workflows import FLOOR_QUEUE
from bench.load import LoadGenerator

PARTNER: Final = "measured"
CHANNEL: Final = {"requests_per_second": 1000, "concurrency": 50, "timeout_seconds": 15}
PROFILE: Final = {"cancellation": {"period": "P7D"}}
"""Over at once for a contract that was activated ten days ago."""
_SERIALS: Final = itertools.count()


class TicketWorkload:
    """Real tickets on the straight way: filed, delivered, confirmed by signal, granted."""

    def __init__(self, load: LoadGenerator, client: Client) -> None:
        """File by `load`, signal and wait by `client`."""
        self._load = load
        self._client = client
        self.deliveries = DeliveryWatcher(self._delivered)

    async def _delivered(self, numbers: Sequence[str]) -> list[str]:
        query = "select number from tickets where state = 'sent_to_partner' and number = any($1)"
        return [row["number"] for row in await self._load.rows(query, numbers)]

    async def prepare(self) -> tuple[dict[str, Any], str]:
        """Prepare a claim, outside of what is measured."""
        claim, key = await self._load.prepare(PARTNER)
        activated_on = (datetime.now(UTC) - timedelta(days=10)).date().isoformat()
        return claim | {"answers": claim["answers"] | {"activated_on": activated_on}}, key

    async def prepare_all(self, count: int) -> list[tuple[dict[str, Any], str]]:
        """Prepare so many claims."""
        return [await self.prepare() for _ in range(count)]

    async def run(self, claim: dict[str, Any], key: str) -> str:
        """Take one ticket from the claim to its end."""
        number = (await self._load.admit(claim, key)).number
        await self.deliveries.wait(number)
        await (await confirm(self._client, number)).result()
        return number


@asynccontextmanager
async def open_ticket_workload(
    load: LoadGenerator, client: Client
) -> AsyncIterator[TicketWorkload]:
    """Run tickets on this stack inside this context."""
    tickets = TicketWorkload(load, client)
    watcher = asyncio.create_task(tickets.deliveries.watch())
    try:
        yield tickets
    finally:
        watcher.cancel()


async def confirm(client: Client, number: str) -> WorkflowHandle[Any, Any]:
    """Signal the outcome that confirms a claim; return its workflow."""
    handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(number)
    await handle.signal("partner_outcome", confirmation(number))
    return handle


def confirmation(number: str) -> dict[str, Any]:
    """Return the outcome that confirms a claim."""
    return {
        "outcome_id": f"confirm-{number}",
        "partner_id": PARTNER,
        "number": number,
        "outcome": "confirmed",
    }


class FloorWorkload:
    """Bare workflows of one kind, with a claim and an outcome of a ticket's size as payloads."""

    def __init__(self, workflow: str, client: Client) -> None:
        """Start workflows of this type."""
        self._workflow = workflow
        self._client = client

    async def run(self, claim: dict[str, Any], key: str) -> str:
        """Take one workflow to its end."""
        number = await self.admit(claim, key)
        await (await confirm(self._client, number)).result()
        return number

    async def admit(self, claim: dict[str, Any], key: str) -> str:
        """Start one workflow by Update-With-Start and wait for the answer."""
        number = f"{self._workflow}-{next(_SERIALS)}"
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            self._workflow,
            args=[claim],
            id=number,
            task_queue=FLOOR_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        await self._client.execute_update_with_start_workflow(
            "admit", key, id="admit", start_workflow_operation=start
        )
        return number
