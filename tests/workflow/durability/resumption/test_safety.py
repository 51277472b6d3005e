"""Only the run that is registered in the database changes a ticket."""

import asyncio
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus

from adapters.postgres.tickets.change_sets import apply_changes
from domain.admission.resumption import RESUME
from domain.errors import RunReplaced
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.states import State
from tests.support.polling import wait_until
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.durability.resumption.resumption_steps import (
    NO_GRACE,
    PERIOD_ENDED,
    check_granted_once,
    lose_workflow,
    resume,
)
from workflows.activity_options import TICKETS_QUEUE
from workflows.resumption import check_open_tickets, repair_ticket


async def test_concurrent_repairs_start_one_run(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await lose_workflow(env)
    results = await asyncio.gather(
        *(repair_ticket(env.database, env.client, env.number) for _ in range(4))
    )
    assert sorted(set(results)) == ["resumed", "running"]
    assert results.count("resumed") == 1
    await env.wait_for_state("sent_to_partner")
    assert await repair_ticket(env.database, env.client, env.number) == "running"
    assert (await wait_until(env.row, lambda row: row["resumptions"] > 0))["resumptions"] == 1
    await env.send_outcome("confirmed", **PERIOD_ENDED)
    await check_granted_once(env, "confirmation", "partner_confirmed")


async def test_a_workflow_that_was_started_without_a_repair_does_not_resume_a_ticket(
    env: TicketEnvironment,
) -> None:
    """A client of Temporal alone cannot take over a ticket by the input of a run."""
    await env.file_and_send()
    await lose_workflow(env)
    before = await env.row()
    forged: list[dict[str, Any]] = [RESUME, {"continued": {"ticket": {"state": "resolved"}}}]
    for claim in forged:
        run = await env.client.start_workflow(
            "SupportTicket", claim, id=env.number, task_queue=TICKETS_QUEUE
        )
        await run.result()
        assert await env.row() == before
    assert await repair_ticket(env.database, env.client, env.number) == "resumed"
    await env.wait_for_state("sent_to_partner")


async def test_a_change_set_of_a_replaced_run_is_refused(env: TicketEnvironment) -> None:
    """An activity of a terminated workflow may still be running in a worker."""
    await env.file_and_send()
    await lose_workflow(env)
    await resume(env)
    before = await env.row()
    late = ChangeSet(number=env.number, version=before["version"] + 1, state=State.REJECTED)
    with pytest.raises(RunReplaced):
        async with env.database.transaction() as connection:
            await apply_changes(connection, late)
    assert await env.row() == before


async def test_running_and_closed_tickets_are_not_lost(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    await env.send_update("withdraw")
    await env.wait_until_closed()
    await env.file_and_send()
    assert await check_open_tickets(env.database, env.client, grace=NO_GRACE) == ("", [])
    assert await repair_ticket(env.database, env.client, env.number) == "running"
    assert (await env.handle.describe()).status == WorkflowExecutionStatus.RUNNING
