"""Lost tickets that still have to grant a reward or to send an e-mail."""

from tests.support.polling import wait_until
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.durability.resumption.resumption_steps import (
    AWAITING,
    NO_GRACE,
    PERIOD_ENDED,
    check_granted_once,
    lose_workflow,
    resume,
)
from workflows.resumption import check_open_tickets, repair_ticket


async def test_a_confirmed_ticket_is_paid_once_after_it_was_lost_twice(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    reward = {"amount": "900.00", "currency": "PLN"}
    await env.send_outcome("confirmed", reward=reward, outcome_id="evt-once", **PERIOD_ENDED)
    await env.wait_for_state(AWAITING, "amount_undecided")
    await env.wait_for_emails("confirmation", "partner_confirmed")
    for _ in range(2):
        await lose_workflow(env)
        await resume(env, "amount_undecided")
    await env.send_outcome("rejected", outcome_id="evt-once", reason_code="other")
    await wait_until(env.message_log, lambda entries: entries[-1]["code"] == "duplicate_message")
    reward = {"amount": "40.00", "currency": "PLN"}
    await env.send_update("decide", outcome="confirmed", note="saw it", reward=reward)
    # An agent's confirmation sends the member another e-mail, as without a repair.
    await check_granted_once(env, "confirmation", "partner_confirmed", "partner_confirmed")


async def test_a_resumed_ticket_sends_its_missing_last_email(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.wait_for_emails("confirmation")
    env.mail_proxy.cut()
    await env.send_update("withdraw")
    await env.handle.terminate("by the test")
    _, lost = await check_open_tickets(env.database, env.client, grace=NO_GRACE)
    assert lost == [env.number]
    assert await repair_ticket(env.database, env.client, env.number) == "resumed"
    env.mail_proxy.restore()
    assert (await env.wait_until_closed()).state == "withdrawn"
    await env.wait_for_emails("confirmation", "withdrawn")
    assert await repair_ticket(env.database, env.client, env.number) == "nothing to do"
