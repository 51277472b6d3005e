"""Rewards that are granted when the cancellation period has ended (R31-R33)."""

from adapters.postgres.decisions.grants import list_grants
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.expectations import AWAITING
from tests.workflow.transitions.ticket_steps import check_closed


async def test_a_reward_is_granted_when_the_cancellation_period_has_ended(
    env: TicketEnvironment,
) -> None:
    """R31-R33: not a day earlier, and with the confirmed amount."""
    await env.file_and_confirm({"reward": {"amount": "35.50", "currency": "PLN"}})
    due_at = (await env.row())["due_at"]
    await env.skip_time(days=3)
    await env.wait_for_state(AWAITING)
    await env.skip_time(days=3)
    last = f"cancellation_period_ended: {AWAITING} → resolved"
    row = await check_closed(env, AWAITING, last, ["confirmation", "partner_confirmed", "resolved"])
    assert (row["confirmed_amount"], row["granted_amount"], row["promised_amount"]) == (
        *(row["granted_amount"],) * 2,
        40,
    )
    (grant,) = await list_grants(env.database)
    assert (grant.number, str(grant.amount), grant.currency) == (
        env.number,
        "35.50",
        "PLN",
    )
    assert (await env.rows("ticket_transitions", "seq"))[-1]["at"] >= due_at
    assert "35,50" in env.mailbox.find(number=env.number)[0].text


async def test_a_period_that_is_already_over_ends_without_waiting(
    env: TicketEnvironment,
) -> None:
    """R33: the ticket still passes through the state of the cancellation period."""
    await env.file_and_send()
    await env.send_outcome("confirmed", cancellation_ends_on="2026-01-01")
    last = f"cancellation_period_ended: {AWAITING} → resolved"
    await check_closed(env, AWAITING, last, ["confirmation", "partner_confirmed", "resolved"])
