"""Steps that terminate a ticket's workflow and resume the ticket."""

from datetime import timedelta
from typing import Final

from adapters.postgres.decisions.grants import list_grants
from adapters.postgres.tickets.resumption import list_lost_tickets
from domain.tickets.states import State
from tests.support.polling import wait_until
from tests.support.workflow.environment import TicketEnvironment
from workflows.resumption import check_open_tickets, repair_ticket

NO_GRACE: Final = timedelta(0)
PERIOD_ENDED: Final = {"cancellation_ends_on": "2026-01-01"}
AWAITING: Final = "awaiting_cancellation_period"


async def lose_workflow(env: TicketEnvironment) -> None:
    """Terminate the ticket's workflow, and let the check of open tickets find it."""
    before = (await env.row())["attention"]
    await env.handle.terminate("by the test")
    _, lost = await check_open_tickets(env.database, env.client, grace=NO_GRACE)
    assert lost == [env.number]
    assert (await env.row())["attention"] == [*before, "workflow_lost"]
    assert await check_open_tickets(env.database, env.client, grace=NO_GRACE) == ("", [])


async def resume(env: TicketEnvironment, *attention: str) -> None:
    """Repair the ticket, and check that its state is unchanged."""
    state = (await env.row())["state"]
    assert await repair_ticket(env.database, env.client, env.number) == "resumed"
    await wait_until(env.snapshot, lambda seen: seen.state != State.CREATED)
    await env.wait_for_state(state, *attention)
    assert await list_lost_tickets(env.database) == []


async def check_granted_once(env: TicketEnvironment, *emails: str) -> None:
    """Check that the ticket is closed with one grant and these e-mails."""
    outcome = await env.wait_until_closed()
    assert outcome.state == "resolved"
    assert len([one for one in await list_grants(env.database) if one.number == env.number]) == 1
    await env.wait_for_emails(*emails, "resolved")
    seqs = [row["seq"] for row in await env.rows("ticket_transitions", "seq")]
    assert seqs == list(range(1, len(seqs) + 1))
    assert (await env.row())["resume_state"] is None
