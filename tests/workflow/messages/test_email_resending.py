"""Operators resend undeliverable e-mails of running and of closed tickets."""

from activities.emails import EmailActivities
from adapters.email.renderer import EmailRenderer
from adapters.email.smtp import SmtpMailer
from local.mail_catcher.smtp import SmtpMode
from local.stack.ports import HOST
from tests.support.workflow.environment import TicketEnvironment
from workflows.email_resending import resend_emails


async def resend(env: TicketEnvironment, address: str | None = None) -> set[str]:
    """Resend the ticket's e-mails as an operator does; return the results."""
    mailer = SmtpMailer(f"smtp://{HOST}:{env.mail_proxy.port}", "tickets@rewards.example")
    emails = EmailActivities(env.database, EmailRenderer("help@rewards.example"), mailer)
    results = await resend_emails(env.database, env.client, emails, env.number, address)
    return set(results.values())


async def test_a_running_ticket_needs_no_attention_once_its_email_is_sent(
    env: TicketEnvironment,
) -> None:
    """The e-mail goes to the corrected address, with its unchanged Message-ID."""
    env.mail_behaviour.smtp = SmtpMode.REFUSE_PERMANENTLY
    await env.file()
    await env.wait_for_state("sent_to_partner", "mail_undeliverable")
    (refused,) = await resend(env)
    assert "5.1.1" in refused
    await env.wait_for_state("sent_to_partner", "mail_undeliverable")
    env.mail_behaviour.smtp = SmtpMode.OK
    assert await resend(env, "jan@straße.de") == {"sent"}
    await env.wait_for_state("sent_to_partner")
    (email,) = env.mailbox.find()
    assert email.to == "jan@xn--strae-oqa.de"
    assert env.number in email.message_id
    assert await resend(env) == set(), "nothing is left to send"
    await env.send_outcome("rejected", reason_code="order_not_found")
    await env.wait_until_closed()
    assert {one.to for one in env.mailbox.find()} == {"jan@xn--strae-oqa.de"}


async def test_a_closed_ticket_needs_no_attention_once_its_email_is_sent(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    await env.wait_for_emails("confirmation")
    env.mail_behaviour.smtp = SmtpMode.REFUSE_PERMANENTLY
    await env.send_outcome("rejected", reason_code="order_not_found")
    await env.wait_until_closed()
    await env.wait_for_state("rejected", "mail_undeliverable")
    env.mail_behaviour.smtp = SmtpMode.OK
    assert await resend(env) == {"sent"}
    await env.wait_for_state("rejected")
    await env.wait_for_emails("confirmation", "rejected")


async def test_a_ticket_needs_attention_until_all_its_emails_are_sent(
    env: TicketEnvironment,
) -> None:
    env.mail_behaviour.smtp = SmtpMode.REFUSE_PERMANENTLY
    await env.file()
    await env.wait_for_state("sent_to_partner", "mail_undeliverable")
    await env.send_outcome("rejected", reason_code="order_not_found")
    await env.wait_until_closed()
    results = await resend(env)
    assert len(results) == 1
    assert "sent" not in results
    assert len(await env.rows("emails", "key")) == 2
    await env.wait_for_state("rejected", "mail_undeliverable")
