"""Rewards whose tickets were not signalled at once."""

from datetime import UTC, datetime, timedelta

from tests.gateway.feed.records.records import (
    as_json,
    make_recheck_due,
    put,
    recheck_due_at,
    store_without_signal,
)
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.polling import wait_until
from tests.support.workflow.claims import a_claim


async def test_sending_a_record_again_signals_a_ticket_that_a_crash_left_unsignalled(
    gateway: RunningGateway,
) -> None:
    reward = await store_without_signal(gateway, a_claim(account=gateway.new_id("acc")))
    assert (await put(gateway, "reward", as_json(reward))).json()["result"] == "unchanged"
    assert (await gateway.env.wait_until_closed()).state == "resolved"


async def test_the_recheck_signals_a_ticket_that_a_crash_left_unsignalled(
    gateway: RunningGateway,
) -> None:
    reward = await store_without_signal(gateway, a_claim(account=gateway.new_id("acc")))
    recheck_at = await recheck_due_at(gateway, reward.reward_id)
    assert recheck_at
    assert timedelta() < recheck_at - datetime.now(UTC) < timedelta(minutes=1)
    await make_recheck_due(gateway, reward.reward_id)
    assert (await gateway.env.wait_until_closed()).state == "resolved"
    await wait_until(lambda: recheck_due_at(gateway, reward.reward_id), lambda found: found is None)
