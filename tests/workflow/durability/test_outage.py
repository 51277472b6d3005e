"""PostgreSQL, the mail server or the worker gone for a while: tickets wait, and then go on."""

from datetime import UTC, datetime
from typing import Final

from adapters.postgres.grants import list_grants
from tests.support.claims import a_claim
from tests.support.polling import wait_until
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.transitions.test_transitions import AWAITING, LED_BY

MINUTES: Final = 5
# A marker for the local attempts, their timer, the activity's own three, and workflow tasks.
HANDFUL: Final = 15


async def is_retried(env: TicketEnvironment, activity: str) -> int:
    """Wait until the operator sees the activity tried again; return the events so far."""
    await wait_until(env.pending_activities, lambda pending: pending.get(activity, 0) > 1)
    return len(await env.history_events())


async def outage_lasts(env: TicketEnvironment, activity: str) -> None:
    """Let minutes pass: attempts grow, history does not."""
    before = await is_retried(env, activity)
    attempts = (await env.pending_activities())[activity]
    await env.skip_time(minutes=MINUTES)
    assert (await env.pending_activities())[activity] > attempts
    assert len(await env.history_events()) == before


async def is_back(env: TicketEnvironment) -> None:
    """Let the database be there again; tickets go on within a minute."""
    env.database_proxy.restore()
    await env.skip_time(minutes=1)


async def test_the_database_may_be_gone_during_an_admission(env: TicketEnvironment) -> None:
    """The workflow has begun; its history stays short, and it is admitted in the end."""
    claim = await env.prepare_claim()
    env.database_proxy.cut()
    await env.start_workflow(claim)
    await outage_lasts(env, "admit_claim")
    assert len(await env.history_events()) < HANDFUL
    assert (await env.snapshot()).state == "created"
    await is_back(env)
    await env.wait_for_state("sent_to_partner")
    await env.wait_for_emails("confirmation")
    assert await env.transitions() == LED_BY["sent_to_partner"]


async def test_a_refusal_that_took_longer_than_ten_seconds_is_also_a_letter(
    env: TicketEnvironment,
) -> None:
    """Its caller may have gone; and the books still keep nothing personal."""
    env.database_proxy.cut()
    claim = a_claim(partner_id="nobody")
    await env.start_workflow(claim)
    await is_retried(env, "admit_claim")
    await env.skip_time(seconds=15)
    await is_back(env)
    assert (await env.wait_until_closed()).reason_code == "unknown_partner"
    await env.wait_for_emails("claim_not_accepted")
    (letter,) = env.mailbox.find(number=env.number)
    assert letter.to == claim["contact"]["email"]
    assert (await env.row())["contact"] is None


async def test_the_database_may_be_gone_during_a_move(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.wait_for_emails("confirmation")
    before = len(await env.history_events())
    env.database_proxy.cut()
    await env.send_outcome("rejected", reason_code="order_not_found")
    await outage_lasts(env, "apply_changes")
    assert len(await env.history_events()) - before < HANDFUL
    await is_back(env)
    assert (await env.wait_until_closed()).state == "rejected"
    await env.wait_for_emails("confirmation", "rejected")
    last = "partner_rejected: sent_to_partner → rejected"
    assert await env.transitions() == [*LED_BY["sent_to_partner"], last]


async def test_the_database_may_be_gone_during_the_grant(env: TicketEnvironment) -> None:
    """The reward is granted exactly once."""
    await env.file_and_confirm()
    await env.wait_for_emails("confirmation", "partner_confirmed")
    ends_in = (await env.row())["due_at"] - datetime.now(UTC)
    await env.skip_time(seconds=ends_in.total_seconds() - 60)
    env.database_proxy.cut()
    await env.skip_time(minutes=2)
    await outage_lasts(env, "settle_ticket")
    await is_back(env)
    assert (await env.wait_until_closed()).state == "resolved"
    assert [grant["number"] for grant in await list_grants(env.postgres)] == [env.number]


async def test_the_mail_server_may_be_gone(env: TicketEnvironment) -> None:
    """The ticket moves on; its letters arrive later, in order, once each."""
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


async def test_ten_minutes_without_a_mail_server_are_shown_until_they_are_over(
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


async def test_the_worker_may_be_gone(real_env: TicketEnvironment) -> None:
    """What is said meanwhile waits; a worker that has never seen the ticket goes on with it."""
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
