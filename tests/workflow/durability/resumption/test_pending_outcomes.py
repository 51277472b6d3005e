"""Outcomes that arrive while the ticket has no workflow."""

import asyncio
from datetime import UTC, datetime

from adapters.postgres.decisions.grants import list_grants
from adapters.postgres.partners.outcomes import store_outcomes
from domain.tickets.messages.signals import PartnerOutcome
from tests.support.polling import wait_until
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.durability.resumption.resumption_steps import (
    AWAITING,
    PERIOD_ENDED,
    check_granted_once,
)
from workflows.outcome_dispatcher import OutcomeDispatcher
from workflows.resumption import repair_ticket


async def test_outcomes_that_arrive_without_a_workflow_are_applied_after_the_repair(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    await env.handle.terminate("by the test")
    fields = {"outcome_id": "evt-missed", "partner_id": "velotel", "number": env.number}
    outcome = PartnerOutcome.model_validate(fields | {"outcome": "confirmed"} | PERIOD_ENDED)
    await store_outcomes(env.database, "velotel", [outcome])
    await OutcomeDispatcher(env.client).dispatch_pending(env.database, [env.number])
    (stored,) = await env.rows("partner_outcomes", "sequence")
    assert stored["code"] == "workflow_lost"
    assert await env.message_log() == []
    assert await repair_ticket(env.database, env.client, env.number) == "resumed"
    await wait_until(env.row, lambda row: row["resumptions"] == 1)
    await OutcomeDispatcher(env.client).dispatch_pending(env.database, [env.number])
    await check_granted_once(env, "confirmation", "partner_confirmed")


async def test_a_cancellation_that_arrives_without_a_workflow_is_applied_before_the_grant(
    env: TicketEnvironment,
) -> None:
    """The period ends meanwhile, so the new run could grant the reward first."""
    await env.file_and_send()
    ends_on = datetime.now(UTC).date().isoformat()
    await env.send_outcome("confirmed", cancellation_ends_on=ends_on)
    await env.wait_for_state(AWAITING)
    await env.handle.terminate("by the test")
    fields = {"outcome_id": "evt-missed", "partner_id": "velotel", "number": env.number}
    outcome = PartnerOutcome.model_validate(fields | {"outcome": "order_cancelled"})
    await store_outcomes(env.database, "velotel", [outcome])
    await OutcomeDispatcher(env.client).dispatch_pending(env.database, [env.number])
    async with env.database.transaction() as connection:
        end_period = (
            "update tickets set resume_state = cast(jsonb_set(cast(resume_state as jsonb), "
            "'{cancellation_ends_at}', '\"2026-01-01T00:00:00Z\"') as json) where number = $1"
        )
        await connection.execute(end_period, env.number)
    assert await repair_ticket(env.database, env.client, env.number) == "resumed"
    await wait_until(env.row, lambda row: row["resumptions"] == 1)
    await asyncio.sleep(1)
    await OutcomeDispatcher(env.client).dispatch_pending(env.database, [env.number])
    assert (await env.wait_until_closed()).state == "rejected"
    assert await list_grants(env.database) == []
