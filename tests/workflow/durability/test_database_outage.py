"""Outages of the database: tickets wait, and continue afterwards."""

from datetime import UTC, datetime

from adapters.postgres.decisions.grants import list_grants
from tests.support.workflow.claims import a_claim
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.durability.outage_checks import (
    MAX_OUTAGE_EVENTS,
    check_outage,
    end_outage,
    wait_until_retried,
)
from tests.workflow.expectations import TRANSITIONS_TO


async def test_a_claim_is_admitted_after_a_database_outage(env: TicketEnvironment) -> None:
    """The workflow has started; its history stays short during the outage."""
    claim = await env.prepare_claim()
    env.database_proxy.cut()
    await env.start_workflow(claim)
    await check_outage(env, "admit_claim")
    assert len(await env.history_events()) < MAX_OUTAGE_EVENTS
    assert (await env.snapshot()).state == "created"
    await end_outage(env)
    await env.wait_for_state("sent_to_partner")
    await env.wait_for_emails("confirmation")
    assert await env.transitions() == TRANSITIONS_TO["sent_to_partner"]


async def test_a_refusal_that_took_longer_than_ten_seconds_is_also_sent_by_email(
    env: TicketEnvironment,
) -> None:
    """Its caller may have disconnected; the database stores no personal data."""
    env.database_proxy.cut()
    claim = a_claim(partner_id="nobody")
    await env.start_workflow(claim)
    await wait_until_retried(env, "admit_claim")
    await env.skip_time(seconds=15)
    await end_outage(env)
    assert (await env.wait_until_closed()).reason_code == "unknown_partner"
    await env.wait_for_emails("claim_not_accepted")
    (email,) = env.mailbox.find(number=env.number)
    assert email.to == claim["contact"]["email"]
    assert (await env.row())["contact"] is None


async def test_a_transition_is_stored_after_a_database_outage(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.wait_for_emails("confirmation")
    before = len(await env.history_events())
    env.database_proxy.cut()
    await env.send_outcome("rejected", reason_code="order_not_found")
    await check_outage(env, "apply_changes")
    assert len(await env.history_events()) - before < MAX_OUTAGE_EVENTS
    await end_outage(env)
    assert (await env.wait_until_closed()).state == "rejected"
    await env.wait_for_emails("confirmation", "rejected")
    last = "partner_rejected: sent_to_partner → rejected"
    assert await env.transitions() == [*TRANSITIONS_TO["sent_to_partner"], last]


async def test_a_reward_is_granted_once_after_a_database_outage(env: TicketEnvironment) -> None:
    """The outage begins before the cancellation period ends."""
    await env.file_and_confirm()
    await env.wait_for_emails("confirmation", "partner_confirmed")
    ends_in = (await env.row())["due_at"] - datetime.now(UTC)
    await env.skip_time(seconds=ends_in.total_seconds() - 60)
    env.database_proxy.cut()
    await env.skip_time(minutes=2)
    await check_outage(env, "settle_ticket")
    await end_outage(env)
    assert (await env.wait_until_closed()).state == "resolved"
    assert [grant.number for grant in await list_grants(env.database)] == [env.number]
