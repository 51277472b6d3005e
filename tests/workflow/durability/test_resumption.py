"""A ticket whose workflow Temporal ended or lost is found, and taken up again where it stood."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from temporalio.client import WorkflowExecutionStatus

from adapters.postgres.change_sets import write_down
from adapters.postgres.grants import list_grants
from adapters.postgres.outcomes import keep_outcomes
from adapters.postgres.resumption import lost_tickets
from domain.admission.resumption import RESUME
from domain.errors import RunReplaced
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.states import State
from tests.support.claims import an_early_claim
from tests.support.polling import wait_until
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.partner_server import CannedResponse
from tests.support.workflow.temporal_servers import dev_server
from tests.workflow.conftest import EnvironmentFactory
from workflows.activity_options import TICKETS_QUEUE
from workflows.outcome_dispatcher import OutcomeDispatcher
from workflows.resumption import check_open_tickets, repair_ticket

AT_ONCE: Final = timedelta(0)
OVER: Final = {"cancellation_ends_on": "2026-01-01"}
AWAITING: Final = "awaiting_cancellation_period"


@pytest.fixture
async def env(open_env: EnvironmentFactory) -> AsyncIterator[TicketEnvironment]:
    """A stage with the real server, on which early claims are held."""
    async with dev_server() as server, open_env(server, velotel={"early_claims": "hold"}) as real:
        yield real


async def lose(env: TicketEnvironment) -> None:
    """Terminate the ticket's workflow, and find that."""
    before = (await env.row())["attention"]
    await env.handle.terminate("by hand")
    _, found = await check_open_tickets(env.postgres, env.client, grace=AT_ONCE)
    assert found == [env.number]
    assert (await env.row())["attention"] == [*before, "workflow_lost"]
    assert await check_open_tickets(env.postgres, env.client, grace=AT_ONCE) == ("", [])


async def take_up(env: TicketEnvironment, *attention: str) -> None:
    """Repair the ticket; it stands where it stood."""
    state = (await env.row())["state"]
    assert await repair_ticket(env.postgres, env.client, env.number) == "resumed"
    await env.wait_for_state(state, *attention)
    assert await lost_tickets(env.postgres) == []


async def is_granted_once(env: TicketEnvironment, *letters: str) -> None:
    """The ticket ends with one grant and these letters."""
    outcome = await env.wait_until_closed()
    assert outcome.state == "resolved"
    assert len([one for one in await list_grants(env.postgres) if one["number"] == env.number]) == 1
    await env.wait_for_emails(*letters, "resolved")
    seqs = [row["seq"] for row in await env.rows("ticket_transitions", "seq")]
    assert seqs == list(range(1, len(seqs) + 1))
    assert (await env.row())["resume_state"] is None


async def test_a_claim_on_its_way_to_the_partner_goes_on_under_its_key(
    env: TicketEnvironment,
) -> None:
    env.partner.default_response = CannedResponse(500)
    await env.file()
    await env.partner.wait_for_calls(1)
    await lose(env)
    env.partner.default_response = CannedResponse()
    await take_up(env)
    await env.wait_for_state("sent_to_partner")
    assert {call.key for call in env.partner.calls} == {f"{env.number}-claim"}
    await env.send_outcome("confirmed", **OVER)
    await is_granted_once(env, "confirmation", "partner_confirmed")


async def test_a_held_claim_waits_on_for_its_moment(env: TicketEnvironment) -> None:
    await env.file(an_early_claim())
    before = await env.wait_for_state("on_hold")
    await env.wait_for_emails("confirmation")
    await lose(env)
    await take_up(env)
    assert (await env.snapshot()).next_deadline == before["due_at"]
    await env.send_update("withdraw")
    assert (await env.wait_until_closed()).state == "withdrawn"
    await env.wait_for_emails("confirmation", "withdrawn")
    assert env.partner.calls == []


async def test_a_ticket_with_its_partner_keeps_its_clock_and_is_not_sent_again(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    await env.wait_for_emails("confirmation")
    before = await env.row()
    await lose(env)
    await take_up(env)
    assert (await env.snapshot()).next_deadline == before["due_at"]
    await env.send_outcome("confirmed", **OVER)
    await is_granted_once(env, "confirmation", "partner_confirmed")
    assert len(env.partner.calls) == 1


async def test_a_ticket_that_waits_for_its_member_takes_the_answer(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.send_outcome("information_requested", questions=["Which contract?"])
    before = await env.wait_for_state("information_requested")
    await env.wait_for_emails("confirmation", "information_needed")
    await lose(env)
    await take_up(env)
    assert (await env.snapshot()).next_deadline == before["due_at"]
    env.partner.default_response = CannedResponse(500)
    await env.send_update("provide_information", note="the one of October")
    await env.partner.wait_for_calls(2)
    await lose(env)  # a second time, while the answer is on its way
    env.partner.default_response = CannedResponse()
    await take_up(env)
    await wait_until(env.row, lambda row: row["resume_state"].get("delivery_purpose") is None)
    keys = {call.key for call in env.partner.calls}
    assert keys == {f"{env.number}-claim", f"{env.number}-information-1"}
    await env.send_outcome("confirmed", **OVER)
    await is_granted_once(env, "confirmation", "information_needed", "partner_confirmed")


async def test_a_confirmed_ticket_is_paid_once_after_it_was_lost_twice(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    reward = {"amount": "900.00", "currency": "PLN"}
    await env.send_outcome("confirmed", reward=reward, outcome_id="evt-once", **OVER)
    await env.wait_for_state(AWAITING, "amount_undecided")
    await env.wait_for_emails("confirmation", "partner_confirmed")
    for _ in range(2):
        await lose(env)
        await take_up(env, "amount_undecided")
    await env.send_outcome("rejected", outcome_id="evt-once", reason_code="other")
    await wait_until(env.message_log, lambda notes: notes[-1]["code"] == "duplicate_message")
    reward = {"amount": "40.00", "currency": "PLN"}
    await env.send_update("decide", outcome="confirmed", note="saw it", reward=reward)
    # An agent's confirmation writes to the member once more, as without a repair.
    await is_granted_once(env, "confirmation", "partner_confirmed", "partner_confirmed")


async def test_a_ticket_whose_last_letter_was_not_sent_sends_it(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.wait_for_emails("confirmation")
    env.mail_proxy.cut()
    await env.send_update("withdraw")
    await env.handle.terminate("by hand")
    _, found = await check_open_tickets(env.postgres, env.client, grace=AT_ONCE)
    assert found == [env.number]
    assert await repair_ticket(env.postgres, env.client, env.number) == "resumed"
    env.mail_proxy.restore()
    assert (await env.wait_until_closed()).state == "withdrawn"
    await env.wait_for_emails("confirmation", "withdrawn")
    assert await repair_ticket(env.postgres, env.client, env.number) == "nothing to do"


async def test_two_repairs_at_once_begin_one_run(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await lose(env)
    said = await asyncio.gather(
        *(repair_ticket(env.postgres, env.client, env.number) for _ in range(4))
    )
    assert sorted(set(said)) == ["resumed", "running"]
    assert said.count("resumed") == 1
    await env.wait_for_state("sent_to_partner")
    assert await repair_ticket(env.postgres, env.client, env.number) == "running"
    assert (await wait_until(env.row, lambda row: row["resumptions"] > 0))["resumptions"] == 1
    await env.send_outcome("confirmed", **OVER)
    await is_granted_once(env, "confirmation", "partner_confirmed")


async def test_who_may_start_workflows_but_not_write_the_database_takes_no_ticket_up(
    env: TicketEnvironment,
) -> None:
    """The run's input proves nothing, whatever it holds."""
    await env.file_and_send()
    await lose(env)
    before = await env.row()
    forged: list[dict[str, Any]] = [RESUME, {"continued": {"ticket": {"state": "resolved"}}}]
    for claim in forged:
        run = await env.client.start_workflow(
            "SupportTicket", claim, id=env.number, task_queue=TICKETS_QUEUE
        )
        await run.result()
        assert await env.row() == before
    assert await repair_ticket(env.postgres, env.client, env.number) == "resumed"
    await env.wait_for_state("sent_to_partner")


async def test_what_a_run_of_before_still_writes_is_refused(env: TicketEnvironment) -> None:
    """A terminated workflow's activity may still be under way in a worker."""
    await env.file_and_send()
    await lose(env)
    await take_up(env)
    before = await env.row()
    late = ChangeSet(number=env.number, version=before["version"] + 1, state=State.REJECTED)
    with pytest.raises(RunReplaced):
        async with env.postgres.transaction() as connection:
            await write_down(connection, late)
    assert await env.row() == before


async def test_outcomes_that_came_while_no_workflow_ran_are_heard_after_it(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    await env.handle.terminate("by hand")
    told = {"outcome_id": "evt-missed", "partner_id": "velotel", "number": env.number}
    outcome = PartnerOutcome.model_validate(told | {"outcome": "confirmed"} | OVER)
    await keep_outcomes(env.postgres, "velotel", [outcome])
    await OutcomeDispatcher(env.client).dispatch_pending(env.postgres, [env.number])
    (kept,) = await env.rows("partner_outcomes", "sequence")
    assert kept["code"] == "workflow_lost"
    assert await env.message_log() == []
    assert await repair_ticket(env.postgres, env.client, env.number) == "resumed"
    await wait_until(env.row, lambda row: row["resumptions"] == 1)
    await OutcomeDispatcher(env.client).dispatch_pending(env.postgres, [env.number])
    await is_granted_once(env, "confirmation", "partner_confirmed")


async def test_a_cancellation_that_came_while_no_workflow_ran_goes_before_the_grant(
    env: TicketEnvironment,
) -> None:
    """The period ends meanwhile, and the run that takes over would grant first."""
    await env.file_and_send()
    ends_on = datetime.now(UTC).date().isoformat()
    await env.send_outcome("confirmed", cancellation_ends_on=ends_on)
    await env.wait_for_state(AWAITING)
    await env.handle.terminate("by hand")
    told = {"outcome_id": "evt-missed", "partner_id": "velotel", "number": env.number}
    outcome = PartnerOutcome.model_validate(told | {"outcome": "order_cancelled"})
    await keep_outcomes(env.postgres, "velotel", [outcome])
    await OutcomeDispatcher(env.client).dispatch_pending(env.postgres, [env.number])
    async with env.postgres.transaction() as connection:
        over = "update tickets set resume_state = cast(jsonb_set(cast(resume_state as jsonb), "
        over += "'{cancellation_ends_at}', '\"2026-01-01T00:00:00Z\"') as json) where number = $1"
        await connection.execute(over, env.number)
    assert await repair_ticket(env.postgres, env.client, env.number) == "resumed"
    await wait_until(env.row, lambda row: row["resumptions"] == 1)
    await asyncio.sleep(1)
    await OutcomeDispatcher(env.client).dispatch_pending(env.postgres, [env.number])
    assert (await env.wait_until_closed()).state == "rejected"
    assert await list_grants(env.postgres) == []


async def test_a_ticket_that_runs_and_one_that_has_ended_are_not_lost(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    await env.send_update("withdraw")
    await env.wait_until_closed()
    await env.file_and_send()
    assert await check_open_tickets(env.postgres, env.client, grace=AT_ONCE) == ("", [])
    assert await repair_ticket(env.postgres, env.client, env.number) == "running"
    assert (await env.handle.describe()).status == WorkflowExecutionStatus.RUNNING
