"""Partners that do not answer in time."""

import pytest

from tests.support.workflow.claims import days_ago
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.partner_server import CannedResponse
from tests.workflow.conftest import EnvironmentFactory
from tests.workflow.expectations import AWAITING, THROTTLING, TRANSITIONS_TO


@pytest.mark.parametrize(
    ("state", "answer"), [("validated", THROTTLING), ("sent_to_partner", CannedResponse())]
)
async def test_a_silent_partner_is_shown_to_a_person(
    open_env: EnvironmentFactory, state: str, answer: CannedResponse
) -> None:
    """A claim that cannot be delivered is overdue too."""
    async with open_env(velotel={"response": {"deadline": "PT12H", "reminders": []}}) as env:
        env.partner.default_response = answer
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


async def test_a_silent_partner_may_still_answer(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.skip_time(days=15)
    await env.wait_for_state("sent_to_partner", "partner_silent")
    await env.send_outcome("confirmed", cancellation_ends_on=days_ago(-60).isoformat())
    row = await env.wait_for_state(AWAITING)
    await env.wait_for_attributes(State=AWAITING, DueAt=row["due_at"])
