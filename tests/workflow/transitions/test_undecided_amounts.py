"""Amounts and dates that an agent has to decide."""

from typing import Any

import pytest

from adapters.postgres.platform.feed_records import store_reward
from tests.support.workflow.claims import an_order, reward_for
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.expectations import AWAITING
from tests.workflow.messages.message_checks import check_rejected

UNDECIDED = "amount_undecided"
END_UNKNOWN = "cancellation_end_unknown"


@pytest.mark.parametrize(
    "reward", [{"amount": "200.01", "currency": "PLN"}, {"amount": "10.00", "currency": "EUR"}]
)
async def test_an_amount_that_may_not_be_granted_waits_for_an_agent(
    env: TicketEnvironment, reward: dict[str, str]
) -> None:
    await env.file_and_send()
    await env.send_outcome("confirmed", reward=reward)
    row = await env.wait_for_state(AWAITING, UNDECIDED)
    assert row["confirmed_amount"] is None
    await env.wait_for_attributes(State=AWAITING, DueAt=row["due_at"], Attention=[UNDECIDED])
    await env.skip_time(days=30)
    await env.wait_for_state(AWAITING, UNDECIDED)
    decision: dict[str, Any] = {"outcome": "confirmed", "note": "called them"}
    await check_rejected("reward_required", env.send_update("decide", **decision))
    euros = {"reward": {"amount": "5.00", "currency": "EUR"}}
    await check_rejected("wrong_currency", env.send_update("decide", **decision, **euros))
    above_limit = {"reward": {"amount": "250.00", "currency": "PLN"}}
    proposed = await env.send_update("decide", **decision, **above_limit)
    assert (proposed.state_changed, proposed.awaits_approval) == (False, True)
    await env.wait_for_state(AWAITING, UNDECIDED, "approval_needed")
    await check_rejected(
        "approval_by_another", env.send_update("decide", **decision, **above_limit)
    )
    await env.send_update("decide", **decision, **above_limit, actor="agent-8")
    outcome = await env.wait_until_closed()
    assert outcome.granted_amount
    assert (outcome.state, str(outcome.granted_amount.amount)) == ("resolved", "250.00")
    assert (await env.transitions())[-2:] == [
        f"decided: {AWAITING} → {AWAITING}",
        f"cancellation_period_ended: {AWAITING} → resolved",
    ]
    await env.wait_for_emails("confirmation", *["partner_confirmed"] * 2, "resolved")


async def test_a_decided_amount_is_granted_when_the_period_ends(env: TicketEnvironment) -> None:
    """R33."""
    await env.file_and_send()
    await env.send_outcome("confirmed", reward={"amount": "900.00", "currency": "PLN"})
    await env.wait_for_state(AWAITING, UNDECIDED)
    forty = {"amount": "40.00", "currency": "PLN"}
    await env.send_update("decide", outcome="confirmed", note="ok", reward=forty)
    row = await env.wait_for_state(AWAITING)
    await env.wait_for_attributes(State=AWAITING, DueAt=row["cancellation_ends_at"])
    await env.skip_time(days=6)
    assert (await env.wait_until_closed()).state == "resolved"


async def test_an_agent_cannot_confirm_an_invalid_reward(env: TicketEnvironment) -> None:
    """R5: the refusal has a code; after the reward is corrected, a new decision is accepted."""
    claim = await env.prepare_claim()
    await env.file_and_send(claim=claim)
    await env.send_outcome("confirmed", reward={"amount": "900.00", "currency": "PLN"})
    await env.wait_for_state(AWAITING, UNDECIDED)
    await store_reward(env.database, reward_for(claim, state="invalid"))
    decision = {"outcome": "confirmed", "note": "ok", "reward": {"amount": "40", "currency": "PLN"}}
    await check_rejected("reward_invalid", env.send_update("decide", **decision))
    await env.wait_for_state(AWAITING, UNDECIDED)
    await store_reward(env.database, reward_for(claim, state="rejected", version=2))
    await env.send_update("decide", **decision)
    await env.wait_for_state(AWAITING)
    await env.skip_time(days=6)
    assert (await env.wait_until_closed()).state == "resolved"


async def test_an_unknown_period_ends_when_an_agent_confirms(env: TicketEnvironment) -> None:
    """R31-R33: counted from an activation date that neither member nor partner has given."""
    await env.file_and_send(answers={"order_number": an_order()})
    await env.send_outcome("confirmed")
    row = await env.wait_for_state(AWAITING, END_UNKNOWN)
    assert (row["due_at"], row["cancellation_ends_at"]) == (None, None)
    await env.wait_for_attributes(State=AWAITING, Attention=[END_UNKNOWN])
    await env.skip_time(days=200)
    await env.wait_for_state(AWAITING, END_UNKNOWN)
    await env.send_update("decide", outcome="confirmed", note="activated last year")
    assert (await env.wait_until_closed()).state == "resolved"


async def test_an_agent_can_also_reject_an_undecided_ticket(env: TicketEnvironment) -> None:
    await env.file_and_send(answers={"order_number": an_order()})
    await env.send_outcome("confirmed")
    await env.wait_for_state(AWAITING, END_UNKNOWN)
    await env.send_update("decide", outcome="rejected", reason_code="terms_not_met")
    outcome = await env.wait_until_closed()
    assert (outcome.state, outcome.reason_code) == ("rejected", "terms_not_met")
    await env.wait_for_attributes(State="rejected")
