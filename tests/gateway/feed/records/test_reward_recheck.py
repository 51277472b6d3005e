"""Rewards whose tickets were not signalled at once."""

from datetime import UTC, datetime, timedelta

from tests.gateway.feed.records.records import (
    kept_but_not_told,
    put,
    second_look_is_due,
    waits_to_be_told,
    written,
)
from tests.support.claims import a_claim
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.polling import wait_until


async def test_a_crash_before_the_ticket_was_told_is_mended_by_sending_the_record_again(
    gateway: RunningGateway,
) -> None:
    reward = await kept_but_not_told(gateway, a_claim(account=gateway.new_id("acc")))
    assert (await put(gateway, "reward", written(reward))).json()["result"] == "unchanged"
    assert (await gateway.env.wait_until_closed()).state == "resolved"


async def test_a_crash_before_the_ticket_was_told_mends_itself(gateway: RunningGateway) -> None:
    reward = await kept_but_not_told(gateway, a_claim(account=gateway.new_id("acc")))
    look_at = await waits_to_be_told(gateway, reward.reward_id)
    assert look_at
    assert timedelta() < look_at - datetime.now(UTC) < timedelta(minutes=1)
    await second_look_is_due(gateway, reward.reward_id)
    assert (await gateway.env.wait_until_closed()).state == "resolved"
    await wait_until(
        lambda: waits_to_be_told(gateway, reward.reward_id), lambda found: found is None
    )
