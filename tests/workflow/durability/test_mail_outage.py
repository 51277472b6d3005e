"""Outages of the mail server and of the workers."""

from tests.support.polling import wait_until
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.durability.outage_checks import MINUTES
from tests.workflow.expectations import AWAITING


async def test_a_ticket_continues_without_a_mail_server(env: TicketEnvironment) -> None:
    """Its e-mails arrive later, in order, each once."""
    env.mail_proxy.cut()
    await env.file_and_confirm()
    await wait_until(env.pending_activities, lambda pending: pending.get("send_email", 0) > 1)
    assert env.emails() == []
    await env.skip_time(minutes=MINUTES)
    await env.wait_for_state(AWAITING)
    env.mail_proxy.restore()
    await env.skip_time(minutes=5)
    await env.wait_for_emails("confirmation", "partner_confirmed")
    await env.skip_time(days=6)
    await env.wait_until_closed()
    await env.wait_for_emails("confirmation", "partner_confirmed", "resolved")


async def test_ten_minutes_without_a_mail_server_need_attention_until_they_end(
    env: TicketEnvironment,
) -> None:
    env.mail_proxy.cut()
    await env.file_and_send()
    await env.skip_time(minutes=12)
    await env.wait_for_state("sent_to_partner", "mail_retrying")
    env.mail_proxy.restore()
    await env.skip_time(minutes=6)
    await env.wait_for_state("sent_to_partner")
    await env.wait_for_emails("confirmation")


async def test_messages_that_arrive_without_a_worker_are_handled_later(
    real_env: TicketEnvironment,
) -> None:
    """A new worker continues the ticket from its history."""
    env = real_env
    await env.file_and_send()
    await env.wait_for_emails("confirmation")
    await env.stop_workers()
    await env.signal("reward_registered", {"reward_id": ""})
    await env.send_outcome("confirmed", cancellation_ends_on="2026-01-01")
    await env.start_workers()
    assert (await env.wait_until_closed()).state == "resolved"
    await env.wait_for_messages("malformed", "applied")
    assert len(env.partner.calls) == 1
    await env.wait_for_emails("confirmation", "partner_confirmed", "resolved")
