"""Decisions of agents on behalf of a partner."""

import pytest

from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.expectations import AWAITING, TRANSITIONS_TO
from tests.workflow.transitions.ticket_steps import bring_to, check_closed


@pytest.mark.parametrize("state", ["validated", "sent_to_partner"])
async def test_an_agent_can_reject_on_behalf_of_the_partner(
    env: TicketEnvironment, state: str
) -> None:
    await bring_to(env, state)
    await env.send_update("decide", outcome="rejected", reason_code="terms_not_met")
    last = f"decided: {state} → rejected"
    row = await check_closed(env, state, last, ["confirmation", "rejected"])
    assert row["reason_code"] == "terms_not_met"


@pytest.mark.parametrize("state", ["validated", "sent_to_partner"])
async def test_an_agent_can_confirm_on_behalf_of_the_partner(
    env: TicketEnvironment, state: str
) -> None:
    await bring_to(env, state)
    await env.send_update("decide", outcome="confirmed", note="saw the contract")
    row = await env.wait_for_state(AWAITING)
    await env.wait_for_emails("confirmation", "partner_confirmed")
    await env.wait_for_attributes(State=AWAITING, DueAt=row["due_at"])
    assert await env.transitions() == [*TRANSITIONS_TO[state], f"decided: {state} → {AWAITING}"]
    calls = len(env.partner.calls)
    await env.skip_time(days=15)
    assert (await env.wait_until_closed()).state == "resolved"
    assert len(env.partner.calls) == calls, "a decided claim was still sent to the partner"


async def test_a_resend_changes_nothing(env: TicketEnvironment) -> None:
    await env.file_and_send()
    due_at = (await env.row())["due_at"]
    result = await env.send_update("resend_to_partner", reason="they lost it")
    assert (result.state, result.state_changed) == ("sent_to_partner", False)
    await env.partner.wait_for_calls(2)
    assert [call.key for call in env.partner.calls] == [
        f"{env.number}-claim",
        f"{env.number}-resend-1",
    ]
    assert env.partner.calls[0].claim == env.partner.calls[1].claim
    assert await env.transitions() == TRANSITIONS_TO["sent_to_partner"]
    assert (await env.row())["due_at"] == due_at
