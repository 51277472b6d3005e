"""Finds open tickets whose workflow Temporal ended or lost, and resumes them in a new run.

Each ticket's workflow is described: lists may be wrong after a restore.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Literal

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from adapters.postgres.database import Database
from adapters.postgres.tickets.resumption import (
    RESUME_GRACE,
    allow_resumption,
    clear_lost,
    list_active_tickets,
    list_lost_tickets,
    mark_lost,
)
from domain.admission.resumption import RESUME
from workflows.activity_options import TICKETS_QUEUE
from workflows.temporal_errors import is_workflow_not_found, unavailable_as_transient

RepairResult = Literal["resumed", "lost", "running", "nothing to do"]
PAGE_SIZE: Final = 20
_TIMEOUT: Final = timedelta(seconds=5)


async def has_running_workflow(client: Client, number: str) -> bool:
    """Return whether the ticket's workflow runs.

    Raises `TransientError` or `RPCError` while Temporal is unavailable.
    """
    try:
        with unavailable_as_transient():
            found = await client.get_workflow_handle(number).describe(rpc_timeout=_TIMEOUT)
    except RPCError as error:
        if is_workflow_not_found(error):
            return False
        raise
    return found.status is WorkflowExecutionStatus.RUNNING


async def check_open_tickets(
    database: Database, client: Client, after: str = "", grace: timedelta = RESUME_GRACE
) -> tuple[str, Sequence[str]]:
    """Check one page of open tickets after the number `after`.

    Returns the last number of the page ("" after the last page), and the tickets that were found
    without a running workflow for the first time.
    """
    numbers = await list_active_tickets(database, after, PAGE_SIZE, grace)
    led = await asyncio.gather(*(has_running_workflow(client, number) for number in numbers))
    lost = [number for number, runs in zip(numbers, led, strict=True) if not runs]
    if running := [number for number in numbers if number not in lost]:
        await clear_lost(database, running)
    found = await mark_lost(database, lost, grace) if lost else []
    return numbers[-1] if len(numbers) == PAGE_SIZE else "", found


async def find_lost_tickets(database: Database, client: Client) -> list[str]:
    """Check every open ticket; return the numbers of those without a running workflow."""
    after, _ = await check_open_tickets(database, client)
    while after:
        after, _ = await check_open_tickets(database, client, after)
    return await list_lost_tickets(database)


async def repair_ticket(
    database: Database, client: Client, number: str, *, dry_run: bool = False
) -> RepairResult:
    """Start a new run that resumes the ticket from the database, unless one is running.

    The run needs the permission that is stored in the ticket's row, and only one run can take it:
    two operators at once, or a crash between the two steps, lead to one run, or to a ticket that
    can be repaired again.
    """
    if await has_running_workflow(client, number):
        await clear_lost(database, [number])
        return "running"
    if dry_run:
        return "lost"
    if not await allow_resumption(database, number):
        await clear_lost(database, [number])
        return "nothing to do"
    try:
        with unavailable_as_transient():
            await client.start_workflow(
                "SupportTicket",
                RESUME,
                id=number,
                task_queue=TICKETS_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                static_summary="resumed from the database",
                static_details="Support ticket: see the current details for its state.",
                rpc_timeout=_TIMEOUT,
            )
    except WorkflowAlreadyStartedError:
        return "running"
    return "resumed"
