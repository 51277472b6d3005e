"""The result of a claim: after one round trip, and the same for every repetition."""

from domain.admission.admission import AdmissionResult
from tests.support.polling import wait_until
from tests.support.workflow.claims import a_claim
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.expectations import DOWN
from tests.workflow.messages.admission_checks import (
    is_mail_server_known,
    next_transaction_id,
    stored_tickets,
)
from workflows.client import admit_ticket

COMPLETED = "WORKFLOW_EXECUTION_UPDATE_COMPLETED"


async def test_admission_takes_one_round_trip_and_one_transaction(env: TicketEnvironment) -> None:
    """Update-With-Start, one workflow task, one local activity; nothing else before the result."""
    env.partner.default_response = DOWN
    await wait_until(lambda: is_mail_server_known(env), bool)  # the worker stores it at its start
    env.mail_proxy.cut()
    claim = await env.prepare_claim()
    before = await next_transaction_id(env)
    result = await admit_ticket(env.client, claim, "once")
    assert result.status == "accepted"
    assert await next_transaction_id(env) - before == 1
    env.number = result.number
    events = await env.history_events()
    before_result = events[: events.index(COMPLETED)]
    assert before_result.count("MARKER_RECORDED") == 1
    assert before_result.count("WORKFLOW_TASK_COMPLETED") == 1
    assert "ACTIVITY_TASK_STARTED" not in before_result


async def test_a_repeated_request_gets_the_same_result(real_env: TicketEnvironment) -> None:
    """R25, R26: while the ticket runs and after its end; one ticket, one confirmation, one call."""
    env = real_env
    claim = await env.prepare_claim()
    first = await env.file(claim, "once")
    assert await env.file(claim, "once") == first
    await env.wait_for_state("sent_to_partner")
    await env.send_update("withdraw")
    await env.wait_until_closed()
    assert await env.file(claim, "once") == first
    assert await stored_tickets(env) == [(first.number, "withdrawn")]
    assert env.emails() == ["confirmation", "withdrawn"]
    assert len(env.partner.calls) == 1


async def test_a_repeated_refused_claim_gets_the_same_result(real_env: TicketEnvironment) -> None:
    claim = a_claim(answers={})
    first = await real_env.file(claim, "once")
    await real_env.wait_until_closed()
    assert await real_env.file(claim, "once") == first
    assert first.reasons


async def test_another_claim_under_the_same_key_is_rejected_with_a_code(
    real_env: TicketEnvironment,
) -> None:
    env = real_env
    claim = await env.prepare_claim()
    first = await env.file(claim, "once")
    second = await env.file(claim | {"ordered_on": "2026-01-01"}, "once")
    assert [reason.code for reason in second.reasons] == ["key_reused"]
    assert (second.number, second.status) == (first.number, "refused")
    assert [number for number, _ in await stored_tickets(env)] == [first.number]


async def test_the_workflow_refuses_an_admission_with_another_digest(
    env: TicketEnvironment,
) -> None:
    """docs/contract.md: also if a gateway chooses its own update ids."""
    first = await env.file()
    for arguments in (["0" * 64], [], ["0" * 64, "1"], [None]):
        result: AdmissionResult = await env.handle.execute_update(
            "admit", args=arguments, result_type=AdmissionResult
        )
        assert [reason.code for reason in result.reasons] == ["key_reused"]
    assert (await env.wait_for_state("sent_to_partner"))["number"] == first.number
