"""Whether Temporal responds, has our namespace and search attributes, and knows our pollers."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue, TaskQueuePartitionMetadata
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeWorkflowExecutionRequest,
    ListTaskQueuePartitionsRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

TIMEOUT: Final = timedelta(seconds=2)
POLLED_WITHIN: Final = timedelta(minutes=2)
"""A poll lasts a minute; Temporal notes its start."""
_REFUSED: Final = {RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED}
_NOT_PERMITTED: Final = {RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED}
_NO_WORKFLOW: Final = "readiness"  # no ticket's number looks like this
_WORKFLOWS: Final = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
_ACTIVITIES: Final = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY


async def missing_in_temporal(client: Client, attributes: Collection[str]) -> str:
    """Return what Temporal lacks, or ""."""
    try:
        if not await client.service_client.check_health(timeout=TIMEOUT):
            return "Temporal: not serving"
        return await _missing_attributes(client, attributes)
    except (RPCError, RuntimeError) as error:  # a failed connection is a bare RuntimeError
        return _no_answer(error)


async def _missing_attributes(client: Client, attributes: Collection[str]) -> str:
    request = ListSearchAttributesRequest(namespace=client.namespace)
    try:
        found = await client.operator_service.list_search_attributes(request, timeout=TIMEOUT)
    except RPCError as error:
        if error.status in _NOT_PERMITTED:
            return await _refusal(client)
        if error.status is RPCStatusCode.NOT_FOUND:
            return f"Temporal has no namespace {client.namespace}"
        raise
    lacking = sorted({*attributes} - {*found.custom_attributes})
    return f"Temporal lacks the search attributes {', '.join(lacking)}" if lacking else ""


async def _refusal(client: Client) -> str:
    """Return that our token is refused, or "" if it only may not list attributes: then it may ask
    for a workflow.
    """
    request = DescribeWorkflowExecutionRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=_NO_WORKFLOW)
    )
    try:
        await client.workflow_service.describe_workflow_execution(request, timeout=TIMEOUT)
    except RPCError as error:
        if error.status in _REFUSED:
            return f"Temporal refuses our token ({error.status.name})"
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    return ""


async def missing_pollers(client: Client, workflows: str, activities: Iterable[str]) -> str:
    """Return the task queues at which Temporal did not see this process lately, or "": that of its
    workflows, those of its activities.
    """
    polled = [(workflows, _WORKFLOWS), *((queue, _ACTIVITIES) for queue in activities)]
    try:
        seen = await asyncio.gather(*(_is_polled(client, *one) for one in polled))
    except (RPCError, RuntimeError) as error:
        return _no_answer(error)
    idle = {queue for (queue, _), is_polled in zip(polled, seen, strict=True) if not is_polled}
    return f"not polling {', '.join(sorted(idle))}" if idle else ""


async def _is_polled(client: Client, queue: str, kind: TaskQueueType.ValueType) -> bool:
    """Say whether a partition of the queue saw us lately, or Temporal does not let us ask."""
    try:
        for partition in await _partitions(client, queue, kind):
            request = DescribeTaskQueueRequest(
                namespace=client.namespace,
                task_queue=TaskQueue(name=partition.key),
                task_queue_type=kind,
            )
            found = await client.workflow_service.describe_task_queue(request, timeout=TIMEOUT)
            if any(_is_recent(poller, client.identity) for poller in found.pollers):
                return True
    except RPCError as error:
        if error.status in _NOT_PERMITTED:
            return True
        raise
    return False


async def _partitions(
    client: Client, queue: str, kind: TaskQueueType.ValueType
) -> Sequence[TaskQueuePartitionMetadata]:
    request = ListTaskQueuePartitionsRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=queue)
    )
    found = await client.workflow_service.list_task_queue_partitions(request, timeout=TIMEOUT)
    if kind == _WORKFLOWS:
        return found.workflow_task_queue_partitions
    return found.activity_task_queue_partitions


def _is_recent(poller: PollerInfo, identity: str) -> bool:
    polled_at = poller.last_access_time.ToDatetime(UTC)
    return poller.identity == identity and datetime.now(UTC) - polled_at < POLLED_WITHIN


def _no_answer(error: Exception) -> str:
    cause = error.status.name if isinstance(error, RPCError) else type(error).__name__
    return f"Temporal: no answer ({cause})"
