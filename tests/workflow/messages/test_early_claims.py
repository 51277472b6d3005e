"""Claims that are held until the partner accepts them (R7-R9)."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.postgres.platform.feed_records import store_reward
from tests.support.workflow.claims import an_early_claim, reward_for
from tests.workflow.conftest import EnvironmentFactory
from tests.workflow.expectations import TRANSITIONS_TO

HOLD = {"early_claims": "hold"}


async def test_an_early_claim_is_held_and_sent_automatically(open_env: EnvironmentFactory) -> None:
    """R7-R9: the partner's response deadline counts from the release."""
    async with open_env(velotel=HOLD) as env:
        result = await env.file(an_early_claim())
        assert (result.status, result.state) == ("held", "on_hold")
        assert result.available_from
        assert result.available_from > datetime.now(UTC) + timedelta(hours=47)
        row = await env.wait_for_state("on_hold")
        await env.wait_for_attributes(State="on_hold", DueAt=row["due_at"])
        await env.wait_for_emails("confirmation")
        assert env.partner.calls == []
        await env.skip_time(days=3)
        row = await env.wait_for_state("sent_to_partner")
        released = (await env.rows("ticket_transitions", "seq"))[2]
        assert row["due_at"] - released["at"] > timedelta(days=13, hours=22)
        assert await env.transitions() == [
            *TRANSITIONS_TO["on_hold"],
            "hold_released: on_hold → validated",
            "claim_sent: validated → sent_to_partner",
        ]
        assert len(env.partner.calls) == 1
        await env.wait_for_emails("confirmation")


@pytest.mark.parametrize(
    ("reward_state", "state", "reason", "email"),
    [
        ("registered", "resolved", None, "reward_registered"),
        ("granted", "resolved", None, "reward_registered"),
        ("invalid", "rejected", "terms_not_met", "rejected"),
    ],
)
async def test_rewards_are_checked_again_when_a_hold_ends(
    open_env: EnvironmentFactory, reward_state: str, state: str, reason: str | None, email: str
) -> None:
    """R24: a reward that was stored meanwhile ends the ticket; the claim is not sent."""
    async with open_env(velotel=HOLD) as env:
        claim = await env.prepare_claim(an_early_claim())
        await env.file(claim)
        await store_reward(env.database, reward_for(claim, state=reward_state))
        await env.skip_time(days=3)
        outcome = await env.wait_until_closed()
        assert (outcome.state, outcome.reason_code, outcome.granted_amount) == (state, reason, None)
        assert await env.transitions() == [
            *TRANSITIONS_TO["on_hold"],
            f"hold_released: on_hold → {state}",
        ]
        await env.wait_for_emails("confirmation", email)
        await env.wait_for_attributes(State=state)
        assert env.partner.calls == []


async def test_a_released_ticket_is_not_a_duplicate_of_itself(open_env: EnvironmentFactory) -> None:
    """R25: another claim for the same reward is a duplicate, and the first ticket continues."""
    async with open_env(velotel=HOLD) as env:
        claim = await env.prepare_claim(an_early_claim())
        first = await env.file(claim)
        second = await env.file(claim)
        assert (second.status, second.existing_ticket) == ("discarded", first.number)
        env.number = first.number
        await env.skip_time(days=3)
        await env.wait_for_state("sent_to_partner")
