"""Reports whether the worker can work: by a file that is fresh as long as it can."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    ListTaskQueuePartitionsRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError

from adapters.postgres.database import Database
from domain.errors import TransientError
from workflows.activity_options import MAIL_QUEUE, PARTNER_QUEUE, TICKETS_QUEUE

log = logging.getLogger("worker")
CHECK_INTERVAL_SECONDS: Final = 10.0
RETRY_INTERVAL_SECONDS: Final = 1.0
_CALL_TIMEOUT: Final = timedelta(seconds=2)
_CHECK_TIMEOUT_SECONDS: Final = 10.0
_POLL_AGE: Final = timedelta(minutes=2)
"""A poll ends after a minute without a task, and the next begins."""
_WORKFLOWS: Final = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
_ACTIVITIES: Final = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
_POLLED: Final = (
    (TICKETS_QUEUE, _WORKFLOWS),
    (TICKETS_QUEUE, _ACTIVITIES),
    (PARTNER_QUEUE, _ACTIVITIES),
    (MAIL_QUEUE, _ACTIVITIES),
)


@contextlib.asynccontextmanager
async def reporting_readiness(
    file: Path | None, database: Database, client: Client
) -> AsyncIterator[None]:
    """Inside this context touch the file every ten seconds while the worker can work; remove it as
    soon as it cannot, and at the end. Without a file nothing happens.
    """
    if file is None:
        yield
        return
    reporting = asyncio.create_task(_report(file, database, client))
    try:
        yield
    finally:
        reporting.cancel()
        await asyncio.wait([reporting])
        _mark(file, is_ready=False)


async def find_obstacle(database: Database, client: Client) -> str:
    """Return why the worker cannot work: its database does not accept writes, or Temporal does not
    know it as a poller of each queue. "" if it can.
    """
    try:
        async with asyncio.timeout(_CHECK_TIMEOUT_SECONDS):
            if not await database.accepts_writes():
                return "the database is read-only"
            for queue, kind in _POLLED:
                if not await _is_polled(client, queue, kind):
                    return f"Temporal sees no poll of the queue {queue}"
    except (TimeoutError, TransientError, RPCError, RuntimeError) as error:
        return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return ""


async def _report(file: Path, database: Database, client: Client) -> None:
    known: str | None = None
    while True:
        obstacle = await find_obstacle(database, client)
        _mark(file, is_ready=not obstacle)
        if obstacle != known:
            log.info("not ready: %s" if obstacle else "ready%s", obstacle)
            known = obstacle
        await asyncio.sleep(RETRY_INTERVAL_SECONDS if obstacle else CHECK_INTERVAL_SECONDS)


def _mark(file: Path, *, is_ready: bool) -> None:
    file.touch() if is_ready else file.unlink(missing_ok=True)


async def _is_polled(client: Client, queue: str, kind: TaskQueueType.ValueType) -> bool:
    """Say whether this client has polled the queue lately; any of its partitions has seen it."""
    listed = await client.workflow_service.list_task_queue_partitions(
        ListTaskQueuePartitionsRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=queue)
        ),
        timeout=_CALL_TIMEOUT,
    )
    partitions = {
        _WORKFLOWS: listed.workflow_task_queue_partitions,
        _ACTIVITIES: listed.activity_task_queue_partitions,
    }[kind]
    for partition in partitions:
        described = await client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=client.namespace,
                task_queue=TaskQueue(name=partition.key),
                task_queue_type=kind,
            ),
            timeout=_CALL_TIMEOUT,
        )
        if any(_is_recent(poller, client.identity) for poller in described.pollers):
            return True
    return False


def _is_recent(poller: PollerInfo, identity: str) -> bool:
    polled_at = poller.last_access_time.ToDatetime(UTC)
    return poller.identity == identity and datetime.now(UTC) - polled_at < _POLL_AGE
