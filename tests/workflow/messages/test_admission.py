"""The first answer: one round trip, the same whenever it is asked for, creation exactly once."""

import asyncio
from typing import Any

from domain.admission.admission import AdmissionResult
from tests.support.claims import a_claim, an_order
from tests.support.environment import Stage, until
from tests.workflow.conftest import SetUp
from tests.workflow.transitions.test_transitions import DOWN
from workflows.client import admit_ticket

COMPLETED = "WORKFLOW_EXECUTION_UPDATE_COMPLETED"


async def transactions(stage: Stage) -> int:
    """The number of the next writing transaction; asking takes none."""
    async with stage.postgres.transaction() as connection:
        query = "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        return int(await connection.fetchval(query))


async def tickets(stage: Stage) -> list[tuple[str, str]]:
    """Number and state of every ticket in the books."""
    async with stage.postgres.transaction() as connection:
        rows = await connection.fetch("select number, state from tickets order by number")
        return [(row["number"], row["state"]) for row in rows]


async def test_admission_takes_one_round_trip_and_one_transaction(stage: Stage) -> None:
    """Update-With-Start, one workflow task, one local activity; nothing else before the answer."""
    stage.partner.answer = DOWN
    stage.mail_wire.cut()
    claim = await stage.prepare()
    before = await transactions(stage)
    answer = await admit_ticket(stage.client, claim, "once")
    assert answer.status == "accepted"
    assert await transactions(stage) - before == 1
    stage.number = answer.number
    events = await stage.events()
    answered = events[: events.index(COMPLETED)]
    assert answered.count("MARKER_RECORDED") == 1
    assert answered.count("WORKFLOW_TASK_COMPLETED") == 1
    assert "ACTIVITY_TASK_STARTED" not in answered


async def test_a_repeated_request_gets_the_same_answer(real_stage: Stage) -> None:
    """R25, R26: before and after the end; one ticket, one letter, one call."""
    stage = real_stage
    claim = await stage.prepare()
    first = await stage.file(claim, "once")
    assert await stage.file(claim, "once") == first
    await stage.stands("sent_to_partner")
    await stage.ask("withdraw")
    await stage.ended()
    assert await stage.file(claim, "once") == first
    assert await tickets(stage) == [(first.number, "withdrawn")]
    assert stage.letters() == ["confirmation", "withdrawn"]
    assert len(stage.partner.calls) == 1


async def test_a_repeated_refusal_is_the_same_too(real_stage: Stage) -> None:
    claim = a_claim(answers={})
    first = await real_stage.file(claim, "once")
    await real_stage.ended()
    assert await real_stage.file(claim, "once") == first
    assert first.reasons


async def test_another_claim_under_the_same_key_is_told_so(real_stage: Stage) -> None:
    stage = real_stage
    claim = await stage.prepare()
    first = await stage.file(claim, "once")
    second = await stage.file(claim | {"ordered_on": "2026-01-01"}, "once")
    assert [reason.code for reason in second.reasons] == ["key_reused"]
    assert (second.number, second.status) == (first.number, "refused")
    assert [number for number, _ in await tickets(stage)] == [first.number]


async def test_the_workflow_tells_another_claim_from_its_own(stage: Stage) -> None:
    """contract.md: also for a gateway that numbers its updates by itself."""
    first = await stage.file()
    for sent in (["0" * 64], [], ["0" * 64, "1"], [None]):
        answer: AdmissionResult = await stage.handle.execute_update(
            "admit", args=sent, result_type=AdmissionResult
        )
        assert [reason.code for reason in answer.reasons] == ["key_reused"]
    assert (await stage.stands("sent_to_partner"))["number"] == first.number


async def test_many_identical_requests_at_once_open_one_ticket(stage: Stage) -> None:
    """R25: impatience makes no duplicates."""
    claim = await stage.prepare()
    answers = await asyncio.gather(*[stage.file(claim, "once") for _ in range(20)])
    assert answers == [answers[0]] * 20
    assert answers[0].status == "accepted"
    await stage.stands("sent_to_partner")
    await stage.got_letters("confirmation")
    assert len(stage.partner.calls) == 1
    assert len(await tickets(stage)) == 1


async def test_of_two_claims_for_one_reward_one_stands(stage: Stage) -> None:
    """R25: the other is discarded, and told the number that stands."""
    for _ in range(5):
        claim = await stage.prepare(order=an_order())
        pair = await asyncio.gather(stage.file(claim), stage.file(claim))
        stands, other = sorted(pair, key=lambda answer: answer.status)
        assert (stands.status, other.status) == ("accepted", "discarded")
        assert [reason.code for reason in other.reasons] == ["duplicate"]
        assert other.existing_ticket == stands.number
        assert stands.number in other.reasons[0].message


async def test_a_withdrawn_claim_blocks_no_new_one_but_a_rejected_one_does(stage: Stage) -> None:
    claim = await stage.prepare()
    await stage.filed_and_sent(claim=claim)
    await stage.ask("withdraw")
    await stage.ended()
    await stage.filed_and_sent(claim=claim)
    await stage.partner_says("rejected", reason_code="order_not_found")
    await stage.ended()
    standing = stage.number
    assert (await stage.file(claim)).existing_ticket == standing


async def test_without_a_worker_a_ticket_begins_and_is_admitted_later(staged: SetUp) -> None:
    async with staged(with_workers=False) as stage:
        claim = await stage.prepare()
        filing = asyncio.create_task(stage.file(claim))
        await until(lambda: _number(stage), bool)
        await until(stage.events, lambda events: "WORKFLOW_TASK_SCHEDULED" in events)
        assert not filing.done()
        await stage.workers_come()
        assert (await filing).status == "accepted"
        await stage.stands("sent_to_partner")
        await stage.got_letters("confirmation")


async def test_a_number_whose_history_is_gone_answers_as_then(staged: SetUp) -> None:
    """The books know it; nothing is sent, written or granted a second time."""
    claim: dict[str, Any] = a_claim()
    async with staged() as stage:
        first = await stage.file(claim, "once")
        before = await stage.stands("sent_to_partner")
        await stage.got_letters("confirmation")
    async with staged() as later:
        assert await _once_more(later, claim) == first
        outcome = await later.ended()
        assert (outcome.number, outcome.granted) == (first.number, None)
        assert await later.row() == before
        assert later.partner.calls == []
        assert later.letters() == ["confirmation"]
        assert "ACTIVITY_TASK_SCHEDULED" not in await later.events()


async def _number(stage: Stage) -> str:
    return stage.number


async def _once_more(stage: Stage, claim: dict[str, Any]) -> AdmissionResult:
    answer = await admit_ticket(stage.client, claim, "once")
    stage.number = answer.number
    return answer
