"""Tickets are resumed in their previous state."""

from tests.support.polling import wait_until
from tests.support.workflow.claims import an_early_claim
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.partner_server import CannedResponse
from tests.workflow.durability.resumption.resumption_steps import (
    PERIOD_ENDED,
    check_granted_once,
    lose_workflow,
    resume,
)


async def test_a_resumed_delivery_has_the_same_idempotency_key(
    env: TicketEnvironment,
) -> None:
    env.partner.default_response = CannedResponse(500)
    await env.file()
    await env.partner.wait_for_calls(1)
    await lose_workflow(env)
    env.partner.default_response = CannedResponse()
    await resume(env)
    await env.wait_for_state("sent_to_partner")
    assert {call.key for call in env.partner.calls} == {f"{env.number}-claim"}
    await env.send_outcome("confirmed", **PERIOD_ENDED)
    await check_granted_once(env, "confirmation", "partner_confirmed")


async def test_a_resumed_claim_on_hold_waits_until_its_hold_ends(env: TicketEnvironment) -> None:
    await env.file(an_early_claim())
    before = await env.wait_for_state("on_hold")
    await env.wait_for_emails("confirmation")
    await lose_workflow(env)
    await resume(env)
    assert (await env.snapshot()).next_deadline == before["due_at"]
    await env.send_update("withdraw")
    assert (await env.wait_until_closed()).state == "withdrawn"
    await env.wait_for_emails("confirmation", "withdrawn")
    assert env.partner.calls == []


async def test_a_resumed_ticket_has_the_same_deadline_and_is_not_sent_again(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    await env.wait_for_emails("confirmation")
    before = await env.row()
    await lose_workflow(env)
    await resume(env)
    assert (await env.snapshot()).next_deadline == before["due_at"]
    await env.send_outcome("confirmed", **PERIOD_ENDED)
    await check_granted_once(env, "confirmation", "partner_confirmed")
    assert len(env.partner.calls) == 1


async def test_a_resumed_information_request_accepts_the_answer(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.send_outcome("information_requested", questions=["Which contract?"])
    before = await env.wait_for_state("information_requested")
    await env.wait_for_emails("confirmation", "information_needed")
    await lose_workflow(env)
    await resume(env)
    assert (await env.snapshot()).next_deadline == before["due_at"]
    env.partner.default_response = CannedResponse(500)
    await env.send_update("provide_information", note="the one of October")
    await env.partner.wait_for_calls(2)
    await lose_workflow(env)  # a second time, while the answer is being delivered
    env.partner.default_response = CannedResponse()
    await resume(env)
    await wait_until(env.row, lambda row: row["resume_state"].get("delivery_purpose") is None)
    keys = {call.key for call in env.partner.calls}
    assert keys == {f"{env.number}-claim", f"{env.number}-information-1"}
    await env.send_outcome("confirmed", **PERIOD_ENDED)
    await check_granted_once(env, "confirmation", "information_needed", "partner_confirmed")
