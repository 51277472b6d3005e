"""Only one run with the permission of the database processes a ticket."""

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
    AT_ONCE,
    OVER,
    check_granted_once,
    lose_workflow,
    resume,
)
from workflows.activity_options import TICKETS_QUEUE
from workflows.resumption import check_open_tickets, repair_ticket


async def test_two_repairs_at_once_begin_one_run(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await lose_workflow(env)
    said = await asyncio.gather(
        *(repair_ticket(env.database, env.client, env.number) for _ in range(4))
    )
    assert sorted(set(said)) == ["resumed", "running"]
    assert said.count("resumed") == 1
    await env.wait_for_state("sent_to_partner")
    assert await repair_ticket(env.database, env.client, env.number) == "running"
    assert (await wait_until(env.row, lambda row: row["resumptions"] > 0))["resumptions"] == 1
    await env.send_outcome("confirmed", **OVER)
    await check_granted_once(env, "confirmation", "partner_confirmed")


async def test_who_may_start_workflows_but_not_write_the_database_takes_no_ticket_up(
    env: TicketEnvironment,
) -> None:
    """The run's input proves nothing, whatever it holds."""
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


async def test_what_a_run_of_before_still_writes_is_refused(env: TicketEnvironment) -> None:
    """A terminated workflow's activity may still be under way in a worker."""
    await env.file_and_send()
    await lose_workflow(env)
    await resume(env)
    before = await env.row()
    late = ChangeSet(number=env.number, version=before["version"] + 1, state=State.REJECTED)
    with pytest.raises(RunReplaced):
        async with env.database.transaction() as connection:
            await apply_changes(connection, late)
    assert await env.row() == before


async def test_a_ticket_that_runs_and_one_that_has_ended_are_not_lost(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    await env.send_update("withdraw")
    await env.wait_until_closed()
    await env.file_and_send()
    assert await check_open_tickets(env.database, env.client, grace=AT_ONCE) == ("", [])
    assert await repair_ticket(env.database, env.client, env.number) == "running"
    assert (await env.handle.describe()).status == WorkflowExecutionStatus.RUNNING
