"""The response to a command whose workflow is terminated before it answers."""

import asyncio
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from domain.errors import TransientError
from gateway.temporal_client import execute_update
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.polling import wait_until

ACCEPTED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED


@workflow.defn(name="NeverAnswers")
class NeverAnswers:
    """A workflow that accepts updates and never completes them."""

    @workflow.run
    async def run(self) -> None:
        """Wait permanently."""
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def withdraw(self, request: dict[str, Any]) -> None:
        """Wait permanently."""
        await workflow.wait_condition(lambda: False)


async def test_a_request_that_an_operator_ended_may_be_repeated(
    gateway: RunningGateway,
) -> None:
    client, queue, number = gateway.env.client, gateway.new_id("queue"), gateway.new_id("number")
    runner = UnsandboxedWorkflowRunner()
    async with Worker(client, task_queue=queue, workflows=[NeverAnswers], workflow_runner=runner):
        ticket: WorkflowHandle[Any, Any] = await client.start_workflow(
            "NeverAnswers", id=number, task_queue=queue
        )
        update = asyncio.create_task(
            execute_update(client, number, "withdraw", {"request_id": "cut-off"})
        )

        async def event_types() -> list[int]:
            return [event.event_type async for event in ticket.fetch_history_events()]

        await wait_until(event_types, lambda events: ACCEPTED in events)
        await ticket.terminate()
        with pytest.raises(TransientError):
            await update
