"""A ticket's workflow as Temporal shows it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    DescribeWorkflowExecutionResponse,
)
from temporalio.client import Client, WorkflowHandle

from domain.tickets.snapshot import TicketOutcome, TicketSnapshot
from tests.support.polling import wait_until

Handle = WorkflowHandle[Any, TicketOutcome]
ATTRIBUTES: Final = {"State", "Kind", "Partner", "DueAt", "Attention"}


@dataclass(kw_only=True)
class TicketWorkflow:
    """Describes the workflow of the ticket `number`."""

    client: Client
    number: str = ""

    @property
    def handle(self) -> Handle:
        """The ticket's workflow."""
        return self.client.get_workflow_handle(self.number, result_type=TicketOutcome)

    async def snapshot(self) -> TicketSnapshot:
        """Query the workflow."""
        found: TicketSnapshot = await self.handle.query("snapshot", result_type=TicketSnapshot)
        return found

    async def search_attributes(self) -> dict[str, Any]:
        """The ticket's search attributes; those that are empty are left out.

        Read from the raw response: the test server keeps an unset attribute as a null, which the
        SDK cannot decode.
        """
        fields = (await self._described()).workflow_execution_info.search_attributes.indexed_fields
        values = {
            name.removeprefix("Ticket"): json.loads(payload.data or b"null")
            for name, payload in fields.items()
        }
        if due_at := values.get("DueAt"):
            values["DueAt"] = datetime.fromisoformat(due_at)
        return {name: value for name, value in values.items() if value and name in ATTRIBUTES}

    async def wait_for_attributes(self, **expected: Any) -> None:
        """Wait until the search attributes are exactly these, beside kind and partner."""
        named = {"Kind": "missing_cashback", "Partner": "velotel"} | expected
        await wait_until(self.search_attributes, lambda found: found == named)

    async def pending_activities(self) -> dict[str, int]:
        """The pending activities, with the attempt that each has reached."""
        pending = (await self._described()).pending_activities
        return {one.activity_type.name: one.attempt for one in pending}

    async def _described(self) -> DescribeWorkflowExecutionResponse:
        execution = WorkflowExecution(workflow_id=self.number)
        request = DescribeWorkflowExecutionRequest(
            namespace=self.client.namespace, execution=execution
        )
        return await self.client.workflow_service.describe_workflow_execution(request)

    async def history_events(self) -> list[str]:
        """The types of the history's events, without their prefix."""
        return [
            EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
            async for event in self.handle.fetch_history_events()
        ]
