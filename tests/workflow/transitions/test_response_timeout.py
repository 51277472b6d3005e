"""Partners that do not respond by their deadline."""

import pytest

from tests.support.workflow.claims import days_ago
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.partner_server import CannedResponse
from tests.workflow.conftest import EnvironmentFactory
from tests.workflow.expectations import AWAITING, THROTTLING, TRANSITIONS_TO


@pytest.mark.parametrize(
    ("state", "response"), [("validated", THROTTLING), ("sent_to_partner", CannedResponse())]
)
async def test_a_response_timeout_asks_for_attention(
    open_env: EnvironmentFactory, state: str, response: CannedResponse
) -> None:
    """Also if the claim could not be delivered."""
    async with open_env(velotel={"response": {"deadline": "PT12H", "reminders": []}}) as env:
        env.partner.default_response = response
        await env.file()
        due_at = (await env.wait_for_state(state))["due_at"]
        await env.skip_time(hours=11)
        await env.wait_for_state(state)
        await env.skip_time(hours=2)
        row = await env.wait_for_state(state, "partner_silent")
        assert row["due_at"] is None
        assert await env.transitions() == [
            *TRANSITIONS_TO[state],
            f"partner_silent: {state} → {state}",
        ]
        assert (await env.rows("ticket_transitions", "seq"))[-1]["at"] >= due_at
        await env.wait_for_attributes(State=state, Attention=["partner_silent"])
        await env.wait_for_emails("confirmation")


async def test_a_partner_can_still_answer_after_the_response_timeout(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    await env.skip_time(days=15)
    await env.wait_for_state("sent_to_partner", "partner_silent")
    await env.send_outcome("confirmed", cancellation_ends_on=days_ago(-60).isoformat())
    row = await env.wait_for_state(AWAITING)
    await env.wait_for_attributes(State=AWAITING, DueAt=row["due_at"])
