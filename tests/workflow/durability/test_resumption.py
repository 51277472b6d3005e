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
from domain.tickets.lifecycle import State
from domain.tickets.messages import PartnerOutcome
from domain.tickets.ticket import Writing
from tests.support.claims import an_early_claim
from tests.support.environment import Stage, until
from tests.support.partner_server import Says
from tests.support.setup import real_server
from tests.workflow.conftest import SetUp
from workflows.activity_options import TICKETS_QUEUE
from workflows.outcome_dispatcher import OutcomeDispatcher
from workflows.resumption import check_open_tickets, repair_ticket

AT_ONCE: Final = timedelta(0)
OVER: Final = {"cancellation_ends_on": "2026-01-01"}
AWAITING: Final = "awaiting_cancellation_period"


@pytest.fixture
async def stage(staged: SetUp) -> AsyncIterator[Stage]:
    """A stage with the real server, on which early claims are held."""
    async with real_server() as server, staged(server, velotel={"early_claims": "hold"}) as real:
        yield real


async def lose(stage: Stage) -> None:
    """Terminate the ticket's workflow, and find that."""
    before = (await stage.row())["attention"]
    await stage.handle.terminate("by hand")
    _, found = await check_open_tickets(stage.postgres, stage.client, grace=AT_ONCE)
    assert found == [stage.number]
    assert (await stage.row())["attention"] == [*before, "workflow_lost"]
    assert await check_open_tickets(stage.postgres, stage.client, grace=AT_ONCE) == ("", [])


async def take_up(stage: Stage, *attention: str) -> None:
    """Repair the ticket; it stands where it stood."""
    state = (await stage.row())["state"]
    assert await repair_ticket(stage.postgres, stage.client, stage.number) == "resumed"
    await stage.stands(state, *attention)
    assert await lost_tickets(stage.postgres) == []


async def is_granted_once(stage: Stage, *letters: str) -> None:
    """The ticket ends with one grant and these letters."""
    outcome = await stage.ended()
    assert outcome.state == "resolved"
    assert (
        len([one for one in await list_grants(stage.postgres) if one["number"] == stage.number])
        == 1
    )
    await stage.got_letters(*letters, "resolved")
    seqs = [row["seq"] for row in await stage.rows("moves", "seq")]
    assert seqs == list(range(1, len(seqs) + 1))
    assert (await stage.row())["resume_state"] is None


async def test_a_claim_on_its_way_to_the_partner_goes_on_under_its_key(stage: Stage) -> None:
    stage.partner.answer = Says(500)
    await stage.file()
    await stage.partner.called(1)
    await lose(stage)
    stage.partner.answer = Says()
    await take_up(stage)
    await stage.stands("sent_to_partner")
    assert {call.key for call in stage.partner.calls} == {f"{stage.number}-claim"}
    await stage.partner_says("confirmed", **OVER)
    await is_granted_once(stage, "confirmation", "partner_confirmed")


async def test_a_held_claim_waits_on_for_its_moment(stage: Stage) -> None:
    await stage.file(an_early_claim())
    before = await stage.stands("on_hold")
    await stage.got_letters("confirmation")
    await lose(stage)
    await take_up(stage)
    assert (await stage.snapshot()).next_deadline == before["due_at"]
    await stage.ask("withdraw")
    assert (await stage.ended()).state == "withdrawn"
    await stage.got_letters("confirmation", "withdrawn")
    assert stage.partner.calls == []


async def test_a_ticket_with_its_partner_keeps_its_clock_and_is_not_sent_again(
    stage: Stage,
) -> None:
    await stage.filed_and_sent()
    await stage.got_letters("confirmation")
    before = await stage.row()
    await lose(stage)
    await take_up(stage)
    assert (await stage.snapshot()).next_deadline == before["due_at"]
    await stage.partner_says("confirmed", **OVER)
    await is_granted_once(stage, "confirmation", "partner_confirmed")
    assert len(stage.partner.calls) == 1


async def test_a_ticket_that_waits_for_its_member_takes_the_answer(stage: Stage) -> None:
    await stage.filed_and_sent()
    await stage.partner_says("information_requested", questions=["Which contract?"])
    before = await stage.stands("information_requested")
    await stage.got_letters("confirmation", "information_needed")
    await lose(stage)
    await take_up(stage)
    assert (await stage.snapshot()).next_deadline == before["due_at"]
    stage.partner.answer = Says(500)
    await stage.ask("provide_information", note="the one of October")
    await stage.partner.called(2)
    await lose(stage)  # a second time, while the answer is on its way
    stage.partner.answer = Says()
    await take_up(stage)
    await until(stage.row, lambda row: row["resume_state"].get("delivering") is None)
    keys = {call.key for call in stage.partner.calls}
    assert keys == {f"{stage.number}-claim", f"{stage.number}-information-1"}
    await stage.partner_says("confirmed", **OVER)
    await is_granted_once(stage, "confirmation", "information_needed", "partner_confirmed")


async def test_a_confirmed_ticket_is_paid_once_after_it_was_lost_twice(stage: Stage) -> None:
    await stage.filed_and_sent()
    reward = {"amount": "900.00", "currency": "PLN"}
    await stage.partner_says("confirmed", reward=reward, outcome_id="evt-once", **OVER)
    await stage.stands(AWAITING, "amount_undecided")
    await stage.got_letters("confirmation", "partner_confirmed")
    for _ in range(2):
        await lose(stage)
        await take_up(stage, "amount_undecided")
    await stage.partner_says("rejected", outcome_id="evt-once", reason_code="other")
    await until(stage.notes, lambda notes: notes[-1]["code"] == "repeated")
    reward = {"amount": "40.00", "currency": "PLN"}
    await stage.ask("decide", outcome="confirmed", note="saw it", reward=reward)
    # An agent's confirmation writes to the member once more, as without a repair.
    await is_granted_once(stage, "confirmation", "partner_confirmed", "partner_confirmed")


async def test_a_ticket_whose_last_letter_was_not_sent_sends_it(stage: Stage) -> None:
    await stage.filed_and_sent()
    await stage.got_letters("confirmation")
    stage.mail_wire.cut()
    await stage.ask("withdraw")
    await stage.handle.terminate("by hand")
    _, found = await check_open_tickets(stage.postgres, stage.client, grace=AT_ONCE)
    assert found == [stage.number]
    assert await repair_ticket(stage.postgres, stage.client, stage.number) == "resumed"
    stage.mail_wire.mend()
    assert (await stage.ended()).state == "withdrawn"
    await stage.got_letters("confirmation", "withdrawn")
    assert await repair_ticket(stage.postgres, stage.client, stage.number) == "nothing to do"


async def test_two_repairs_at_once_begin_one_run(stage: Stage) -> None:
    await stage.filed_and_sent()
    await lose(stage)
    said = await asyncio.gather(
        *(repair_ticket(stage.postgres, stage.client, stage.number) for _ in range(4))
    )
    assert sorted(set(said)) == ["resumed", "running"]
    assert said.count("resumed") == 1
    await stage.stands("sent_to_partner")
    assert await repair_ticket(stage.postgres, stage.client, stage.number) == "running"
    assert (await until(stage.row, lambda row: row["resumptions"] > 0))["resumptions"] == 1
    await stage.partner_says("confirmed", **OVER)
    await is_granted_once(stage, "confirmation", "partner_confirmed")


async def test_who_may_start_workflows_but_not_write_the_database_takes_no_ticket_up(
    stage: Stage,
) -> None:
    """The run's input proves nothing, whatever it holds."""
    await stage.filed_and_sent()
    await lose(stage)
    before = await stage.row()
    forged: list[dict[str, Any]] = [RESUME, {"continued": {"ticket": {"state": "resolved"}}}]
    for claim in forged:
        run = await stage.client.start_workflow(
            "SupportTicket", claim, id=stage.number, task_queue=TICKETS_QUEUE
        )
        await run.result()
        assert await stage.row() == before
    assert await repair_ticket(stage.postgres, stage.client, stage.number) == "resumed"
    await stage.stands("sent_to_partner")


async def test_what_a_run_of_before_still_writes_is_refused(stage: Stage) -> None:
    """A terminated workflow's activity may still be under way in a worker."""
    await stage.filed_and_sent()
    await lose(stage)
    await take_up(stage)
    before = await stage.row()
    late = Writing(number=stage.number, writing=before["writing"] + 1, state=State.REJECTED)
    with pytest.raises(RunReplaced):
        async with stage.postgres.transaction() as connection:
            await write_down(connection, late)
    assert await stage.row() == before


async def test_outcomes_that_came_while_no_workflow_ran_are_heard_after_it(stage: Stage) -> None:
    await stage.filed_and_sent()
    await stage.handle.terminate("by hand")
    told = {"outcome_id": "evt-missed", "partner_id": "velotel", "number": stage.number}
    outcome = PartnerOutcome.model_validate(told | {"outcome": "confirmed"} | OVER)
    await keep_outcomes(stage.postgres, "velotel", [outcome])
    await OutcomeDispatcher(stage.client).dispatch_pending(stage.postgres, [stage.number])
    (kept,) = await stage.rows("imported_outcomes", "position")
    assert kept["code"] == "workflow_lost"
    assert await stage.notes() == []
    assert await repair_ticket(stage.postgres, stage.client, stage.number) == "resumed"
    await until(stage.row, lambda row: row["resumptions"] == 1)
    await OutcomeDispatcher(stage.client).dispatch_pending(stage.postgres, [stage.number])
    await is_granted_once(stage, "confirmation", "partner_confirmed")


async def test_a_cancellation_that_came_while_no_workflow_ran_goes_before_the_grant(
    stage: Stage,
) -> None:
    """The period ends meanwhile, and the run that takes over would grant first."""
    await stage.filed_and_sent()
    ends_on = datetime.now(UTC).date().isoformat()
    await stage.partner_says("confirmed", cancellation_ends_on=ends_on)
    await stage.stands(AWAITING)
    await stage.handle.terminate("by hand")
    told = {"outcome_id": "evt-missed", "partner_id": "velotel", "number": stage.number}
    outcome = PartnerOutcome.model_validate(told | {"outcome": "order_cancelled"})
    await keep_outcomes(stage.postgres, "velotel", [outcome])
    await OutcomeDispatcher(stage.client).dispatch_pending(stage.postgres, [stage.number])
    async with stage.postgres.transaction() as connection:
        over = "update tickets set resume_state = cast(jsonb_set(cast(resume_state as jsonb), "
        over += "'{cancellation_ends_at}', '\"2026-01-01T00:00:00Z\"') as json) where number = $1"
        await connection.execute(over, stage.number)
    assert await repair_ticket(stage.postgres, stage.client, stage.number) == "resumed"
    await until(stage.row, lambda row: row["resumptions"] == 1)
    await asyncio.sleep(1)
    await OutcomeDispatcher(stage.client).dispatch_pending(stage.postgres, [stage.number])
    assert (await stage.ended()).state == "rejected"
    assert await list_grants(stage.postgres) == []


async def test_a_ticket_that_runs_and_one_that_has_ended_are_not_lost(stage: Stage) -> None:
    await stage.filed_and_sent()
    await stage.ask("withdraw")
    await stage.ended()
    await stage.filed_and_sent()
    assert await check_open_tickets(stage.postgres, stage.client, grace=AT_ONCE) == ("", [])
    assert await repair_ticket(stage.postgres, stage.client, stage.number) == "running"
    assert (await stage.handle.describe()).status == WorkflowExecutionStatus.RUNNING
