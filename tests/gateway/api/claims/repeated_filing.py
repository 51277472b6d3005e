"""Claims that are filed again, after their workflow was forgotten or terminated."""

import asyncio
from typing import Any, Final

import httpx
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.service import RPCError, RPCStatusCode

from tests.gateway.api.claims.filing import filed
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import a_claim
from tests.support.workflow.environment import TicketEnvironment

SERVER_FLAGS: Final = (
    # Continue-as-new is suggested after 30 events.
    "--dynamic-config-value=limit.historyCount.suggestContinueAsNew=30",
    # A closed workflow is deleted after the server has noted that it did all else: each half minute
    # by default.
    '--dynamic-config-value=history.transferProcessorUpdateAckInterval="1s"',
)


async def first_filed(
    gateway: RunningGateway, **changes: Any
) -> tuple[dict[str, Any], str, httpx.Response]:
    """File a claim; return it with its key and its first response."""
    claim = await gateway.env.prepare_claim(a_claim(account=gateway.new_id("acc"), **changes))
    key = gateway.new_id("key")
    answer = await filed(gateway, claim, key)
    gateway.env.number = answer.json()["number"]
    assert answer.status_code == 201, answer.text
    return claim, key, answer


async def assert_same_result(
    gateway: RunningGateway, claim: dict[str, Any], key: str, first: httpx.Response
) -> None:
    """Assert that the same claim gets the same result, and another one under its key is refused."""
    repeated = await filed(gateway, claim, key)
    assert (repeated.status_code, repeated.json()) == (200, first.json())
    other = await filed(gateway, claim | {"ordered_on": "2026-01-01"}, key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


async def delete(env: TicketEnvironment, number: str) -> None:
    """Delete a ticket's workflow from Temporal; for a closed one, see `SERVER_FLAGS`."""
    execution = WorkflowExecution(workflow_id=number)
    await env.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(namespace=env.client.namespace, workflow_execution=execution)
    )
    for _ in range(900):
        if not await is_known(env, number):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"still known: {number}")


async def is_known(env: TicketEnvironment, number: str) -> bool:
    """Say whether Temporal knows a workflow with this number."""
    try:
        await env.client.get_workflow_handle(number).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True
