"""The first answer: one round trip, the same whenever it is asked for, creation exactly once."""

import asyncio
from typing import Any

from domain.admission.admission import AdmissionResult
from tests.support.claims import a_claim, an_order
from tests.support.polling import wait_until
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.conftest import EnvironmentFactory
from tests.workflow.transitions.test_transitions import DOWN
from workflows.client import admit_ticket

COMPLETED = "WORKFLOW_EXECUTION_UPDATE_COMPLETED"


async def transactions(env: TicketEnvironment) -> int:
    """The number of the next writing transaction; asking takes none."""
    async with env.postgres.transaction() as connection:
        query = "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        return int(await connection.fetchval(query))


async def tickets(env: TicketEnvironment) -> list[tuple[str, str]]:
    """Number and state of every ticket in the books."""
    async with env.postgres.transaction() as connection:
        rows = await connection.fetch("select number, state from tickets order by number")
        return [(row["number"], row["state"]) for row in rows]


async def test_admission_takes_one_round_trip_and_one_transaction(env: TicketEnvironment) -> None:
    """Update-With-Start, one workflow task, one local activity; nothing else before the answer."""
    env.partner.default_response = DOWN
    env.mail_proxy.cut()
    claim = await env.prepare_claim()
    before = await transactions(env)
    answer = await admit_ticket(env.client, claim, "once")
    assert answer.status == "accepted"
    assert await transactions(env) - before == 1
    env.number = answer.number
    events = await env.history_events()
    answered = events[: events.index(COMPLETED)]
    assert answered.count("MARKER_RECORDED") == 1
    assert answered.count("WORKFLOW_TASK_COMPLETED") == 1
    assert "ACTIVITY_TASK_STARTED" not in answered


async def test_a_repeated_request_gets_the_same_answer(real_env: TicketEnvironment) -> None:
    """R25, R26: before and after the end; one ticket, one letter, one call."""
    env = real_env
    claim = await env.prepare_claim()
    first = await env.file(claim, "once")
    assert await env.file(claim, "once") == first
    await env.wait_for_state("sent_to_partner")
    await env.send_update("withdraw")
    await env.wait_until_closed()
    assert await env.file(claim, "once") == first
    assert await tickets(env) == [(first.number, "withdrawn")]
    assert env.emails() == ["confirmation", "withdrawn"]
    assert len(env.partner.calls) == 1


async def test_a_repeated_refusal_is_the_same_too(real_env: TicketEnvironment) -> None:
    claim = a_claim(answers={})
    first = await real_env.file(claim, "once")
    await real_env.wait_until_closed()
    assert await real_env.file(claim, "once") == first
    assert first.reasons


async def test_another_claim_under_the_same_key_is_told_so(real_env: TicketEnvironment) -> None:
    env = real_env
    claim = await env.prepare_claim()
    first = await env.file(claim, "once")
    second = await env.file(claim | {"ordered_on": "2026-01-01"}, "once")
    assert [reason.code for reason in second.reasons] == ["key_reused"]
    assert (second.number, second.status) == (first.number, "refused")
    assert [number for number, _ in await tickets(env)] == [first.number]


async def test_the_workflow_tells_another_claim_from_its_own(env: TicketEnvironment) -> None:
    """contract.md: also for a gateway that numbers its updates by itself."""
    first = await env.file()
    for sent in (["0" * 64], [], ["0" * 64, "1"], [None]):
        answer: AdmissionResult = await env.handle.execute_update(
            "admit", args=sent, result_type=AdmissionResult
        )
        assert [reason.code for reason in answer.reasons] == ["key_reused"]
    assert (await env.wait_for_state("sent_to_partner"))["number"] == first.number


async def test_many_identical_requests_at_once_open_one_ticket(env: TicketEnvironment) -> None:
    """R25: impatience makes no duplicates."""
    claim = await env.prepare_claim()
    answers = await asyncio.gather(*[env.file(claim, "once") for _ in range(20)])
    assert answers == [answers[0]] * 20
    assert answers[0].status == "accepted"
    await env.wait_for_state("sent_to_partner")
    await env.wait_for_emails("confirmation")
    assert len(env.partner.calls) == 1
    assert len(await tickets(env)) == 1


async def test_of_two_claims_for_one_reward_one_stands(env: TicketEnvironment) -> None:
    """R25: the other is discarded, and told the number that stands."""
    for _ in range(5):
        claim = await env.prepare_claim(order=an_order())
        pair = await asyncio.gather(env.file(claim), env.file(claim))
        stands, other = sorted(pair, key=lambda answer: answer.status)
        assert (stands.status, other.status) == ("accepted", "discarded")
        assert [reason.code for reason in other.reasons] == ["duplicate"]
        assert other.existing_ticket == stands.number
        assert stands.number in other.reasons[0].message


async def test_a_withdrawn_claim_blocks_no_new_one_but_a_rejected_one_does(
    env: TicketEnvironment,
) -> None:
    claim = await env.prepare_claim()
    await env.file_and_send(claim=claim)
    await env.send_update("withdraw")
    await env.wait_until_closed()
    await env.file_and_send(claim=claim)
    await env.send_outcome("rejected", reason_code="order_not_found")
    await env.wait_until_closed()
    standing = env.number
    assert (await env.file(claim)).existing_ticket == standing


async def test_without_a_worker_a_ticket_begins_and_is_admitted_later(
    open_env: EnvironmentFactory,
) -> None:
    async with open_env(with_workers=False) as env:
        claim = await env.prepare_claim()
        filing = asyncio.create_task(env.file(claim))
        await wait_until(lambda: _number(env), bool)
        await wait_until(env.history_events, lambda events: "WORKFLOW_TASK_SCHEDULED" in events)
        assert not filing.done()
        await env.start_workers()
        assert (await filing).status == "accepted"
        await env.wait_for_state("sent_to_partner")
        await env.wait_for_emails("confirmation")


async def test_a_number_whose_history_is_gone_answers_as_then(open_env: EnvironmentFactory) -> None:
    """The books know it; nothing is sent, written or granted a second time."""
    claim: dict[str, Any] = a_claim()
    async with open_env() as env:
        first = await env.file(claim, "once")
        before = await env.wait_for_state("sent_to_partner")
        await env.wait_for_emails("confirmation")
    async with open_env() as later_env:
        assert await _once_more(later_env, claim) == first
        outcome = await later_env.wait_until_closed()
        assert (outcome.number, outcome.granted_amount) == (first.number, None)
        assert await later_env.row() == before
        assert later_env.partner.calls == []
        assert later_env.emails() == ["confirmation"]
        assert "ACTIVITY_TASK_SCHEDULED" not in await later_env.history_events()


async def _number(env: TicketEnvironment) -> str:
    return env.number


async def _once_more(env: TicketEnvironment, claim: dict[str, Any]) -> AdmissionResult:
    answer = await admit_ticket(env.client, claim, "once")
    env.number = answer.number
    return answer
