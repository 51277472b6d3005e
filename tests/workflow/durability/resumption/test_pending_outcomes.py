"""Outcomes that are stored while no workflow runs."""

import asyncio
from datetime import UTC, datetime

from adapters.postgres.decisions.grants import list_grants
from adapters.postgres.partners.outcomes import store_outcomes
from domain.tickets.messages.signals import PartnerOutcome
from tests.support.polling import wait_until
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.durability.resumption.resumption_steps import AWAITING, OVER, check_granted_once
from workflows.outcome_dispatcher import OutcomeDispatcher
from workflows.resumption import repair_ticket


async def test_outcomes_that_came_while_no_workflow_ran_are_handled_afterwards(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    await env.handle.terminate("by hand")
    fields = {"outcome_id": "evt-missed", "partner_id": "velotel", "number": env.number}
    outcome = PartnerOutcome.model_validate(fields | {"outcome": "confirmed"} | OVER)
    await store_outcomes(env.database, "velotel", [outcome])
    await OutcomeDispatcher(env.client).dispatch_pending(env.database, [env.number])
    (kept,) = await env.rows("partner_outcomes", "sequence")
    assert kept["code"] == "workflow_lost"
    assert await env.message_log() == []
    assert await repair_ticket(env.database, env.client, env.number) == "resumed"
    await wait_until(env.row, lambda row: row["resumptions"] == 1)
    await OutcomeDispatcher(env.client).dispatch_pending(env.database, [env.number])
    await check_granted_once(env, "confirmation", "partner_confirmed")


async def test_a_cancellation_that_came_while_no_workflow_ran_goes_before_the_grant(
    env: TicketEnvironment,
) -> None:
    """The period ends meanwhile, and the run that takes over would grant first."""
    await env.file_and_send()
    ends_on = datetime.now(UTC).date().isoformat()
    await env.send_outcome("confirmed", cancellation_ends_on=ends_on)
    await env.wait_for_state(AWAITING)
    await env.handle.terminate("by hand")
    fields = {"outcome_id": "evt-missed", "partner_id": "velotel", "number": env.number}
    outcome = PartnerOutcome.model_validate(fields | {"outcome": "order_cancelled"})
    await store_outcomes(env.database, "velotel", [outcome])
    await OutcomeDispatcher(env.client).dispatch_pending(env.database, [env.number])
    async with env.database.transaction() as connection:
        over = "update tickets set resume_state = cast(jsonb_set(cast(resume_state as jsonb), "
        over += "'{cancellation_ends_at}', '\"2026-01-01T00:00:00Z\"') as json) where number = $1"
        await connection.execute(over, env.number)
    assert await repair_ticket(env.database, env.client, env.number) == "resumed"
    await wait_until(env.row, lambda row: row["resumptions"] == 1)
    await asyncio.sleep(1)
    await OutcomeDispatcher(env.client).dispatch_pending(env.database, [env.number])
    assert (await env.wait_until_closed()).state == "rejected"
    assert await list_grants(env.database) == []
