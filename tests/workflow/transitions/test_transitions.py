"""Transitions that close a ticket before a reward is granted."""

import pytest

from adapters.postgres.decisions.grants import list_grants
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.expectations import AWAITING
from tests.workflow.transitions.ticket_steps import bring_to, check_closed


@pytest.mark.parametrize("state", ["validated", "on_hold", "sent_to_partner"])
async def test_a_claim_can_be_withdrawn(holding_env: TicketEnvironment, state: str) -> None:
    emails = await bring_to(holding_env, state)
    result = await holding_env.send_update("withdraw", reason="found it")
    assert (result.state, result.state_changed, result.code) == ("withdrawn", True, None)
    row = await check_closed(
        holding_env, state, f"withdrawn: {state} → withdrawn", [*emails, "withdrawn"]
    )
    assert row["reason_code"] is None
    assert (await holding_env.rows("ticket_transitions", "seq"))[-1]["actor"] == "agent-7"


@pytest.mark.parametrize("state", ["validated", "on_hold", "sent_to_partner", AWAITING])
async def test_a_reward_that_is_registered_late_resolves_the_ticket(
    holding_env: TicketEnvironment, state: str
) -> None:
    """R24: the ticket itself grants nothing."""
    emails = await bring_to(holding_env, state)
    await holding_env.signal("reward_registered", {"reward_id": "rew-1"})
    last = f"reward_registered: {state} → resolved"
    row = await check_closed(holding_env, state, last, [*emails, "reward_registered"])
    assert row["granted_amount"] is None
    assert await list_grants(holding_env.database) == []


@pytest.mark.parametrize("state", ["sent_to_partner", AWAITING])
async def test_an_order_can_be_cancelled(holding_env: TicketEnvironment, state: str) -> None:
    """R33: also during the cancellation period."""
    emails = await bring_to(holding_env, state)
    await holding_env.send_outcome("order_cancelled")
    last = f"order_cancelled: {state} → rejected"
    row = await check_closed(holding_env, state, last, [*emails, "rejected"])
    assert row["reason_code"] == "order_cancelled"


async def test_a_partner_can_reject(env: TicketEnvironment) -> None:
    """R20, R21, R34: the partner decides, and the member gets the reason."""
    await env.file_and_send()
    await env.send_outcome("rejected", reason_code="not_new_customer", note="since 2019")
    last = "partner_rejected: sent_to_partner → rejected"
    row = await check_closed(env, "sent_to_partner", last, ["confirmation", "rejected"])
    assert row["reason_code"] == "not_new_customer"
    last_row = (await env.rows("ticket_transitions", "seq"))[-1]
    assert (last_row["actor"], last_row["note"]) == ("partner:velotel", "since 2019")
