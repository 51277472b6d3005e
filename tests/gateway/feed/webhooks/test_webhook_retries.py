"""Webhooks that the platform does not accept at once."""

import asyncio
from typing import Any

import pytest

from tests.gateway.feed.webhooks.deliveries import (
    change_webhook,
    list_webhooks,
    request_redelivery,
    wait_until_delivered,
    wait_until_failed,
)
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.webhook_receiver import ACCEPTED, WebhookReceiver
from tests.support.polling import wait_until
from tests.support.workflow.partner_server import CannedResponse


@pytest.mark.parametrize("status", [500, 404, 302, 401])
async def test_a_webhook_that_was_not_accepted_is_sent_again_under_the_same_id(
    gateway: RunningGateway, platform: WebhookReceiver, status: int
) -> None:
    platform.first_responses = [CannedResponse(status, b"no", {"location": "/elsewhere"})] * 2
    await gateway.env.file_and_send(account=gateway.new_id("acc"))
    first, second = (await platform.wait_for(gateway.env.number, 2))[:2]
    failures = [await wait_until_failed(gateway, one.webhook_id) for one in (first, second)]
    assert {one["last_error"] for one in failures} == {f"answered {status}"}
    for one in (first, second):
        await change_webhook(gateway, one.webhook_id, "next_attempt_at = now()")
    again = await platform.wait_for(gateway.env.number, 4)
    assert sorted(one.webhook_id for one in again[2:]) == sorted(
        [first.webhook_id, second.webhook_id]
    )
    assert {str(one.event) for one in again[2:]} == {str(first.event), str(second.event)}
    for one in (first, second):
        await wait_until_delivered(gateway, one.webhook_id)


async def test_retry_after_of_the_platform_is_obeyed(
    gateway: RunningGateway, platform: WebhookReceiver
) -> None:
    platform.response = CannedResponse(429, b"", {"retry-after": "3"})
    await gateway.env.file_and_send(account=gateway.new_id("acc"))
    first = (await platform.wait_for(gateway.env.number, 1))[0]
    platform.response = ACCEPTED
    row = await wait_until_failed(gateway, first.webhook_id)
    async with gateway.env.database.transaction() as connection:
        now = await connection.fetchval("select now()")
    assert 1 < (row["next_attempt_at"] - now).total_seconds() <= 5
    again = await platform.wait_for(gateway.env.number, 3)
    assert again[-1].at - first.at >= 3


async def test_a_webhook_fails_after_three_days_and_can_be_sent_again(
    gateway: RunningGateway, platform: WebhookReceiver
) -> None:
    platform.response = CannedResponse(503)
    account = gateway.new_id("acc")
    await gateway.env.file_and_send(account=account)
    event_id = (await platform.wait_for(gateway.env.number, 1))[0].webhook_id
    await wait_until_failed(gateway, event_id)
    pending = (await list_webhooks(gateway, "pending"))[event_id]
    assert pending["number"] == gateway.env.number
    assert pending["last_error"] == "answered 503"
    await change_webhook(gateway, event_id, "next_attempt_at = now(), expires_at = now()")
    await wait_until(lambda: list_webhooks(gateway, "failed"), lambda found: event_id in found)
    failed = (await list_webhooks(gateway, "failed"))[event_id]
    assert failed["next_attempt_at"] is None
    assert event_id not in await list_webhooks(gateway, "pending")
    platform.response = ACCEPTED
    assert await request_redelivery(gateway, event_id, gateway.as_operator()) == (202, "pending")
    row = await wait_until_delivered(gateway, event_id)
    assert (row["expires_at"] - row["delivered_at"]).total_seconds() > 2 * 86_400
    assert event_id not in await list_webhooks(gateway, "failed")
    # A delivered one may be sent again, also by the platform.

    async def times() -> int:
        ids = [one.webhook_id for one in platform.of(gateway.env.number)]
        return ids.count(event_id)

    before = await times()
    assert (await request_redelivery(gateway, event_id, gateway.as_platform(account)))[0] == 202
    await wait_until(times, lambda now: now == before + 1)


async def test_a_process_that_dies_during_a_call_leaves_it_to_the_next(
    gateway: RunningGateway, platform: WebhookReceiver
) -> None:
    """A dead process leaves an attempt that was started, and no result."""
    await gateway.env.file_and_send(account=gateway.new_id("acc"))
    event_id = (await platform.wait_for(gateway.env.number, 2))[0].webhook_id
    await wait_until_delivered(gateway, event_id)
    await change_webhook(
        gateway, event_id, "delivered_at = null, attempts = 1, next_attempt_at = now()"
    )
    await platform.wait_for(gateway.env.number, 3)
    assert (await wait_until_delivered(gateway, event_id))["attempts"] == 2


async def test_a_platform_that_hangs_holds_up_neither_tickets_nor_transactions(
    gateway: RunningGateway, platform: WebhookReceiver
) -> None:
    gate = asyncio.Event()
    platform.response = CannedResponse(gate=gate)
    try:
        await gateway.env.file_and_send(account=gateway.new_id("acc"))
        await platform.wait_for(gateway.env.number, 1)
        async with gateway.env.database.transaction() as connection:
            idle = "select count(*) from pg_stat_activity where state = 'idle in transaction'"
            assert await connection.fetchval(f"{idle} and datname = current_database()") == 0
        await gateway.env.file_and_send(account=gateway.new_id("acc"))
        assert (await gateway.http.get("/readyz")).status_code == 200
    finally:
        platform.response = ACCEPTED
        gate.set()
    await platform.wait_for(gateway.env.number, 2)


async def test_a_410_stops_all_webhooks_until_one_is_asked_for_again(
    gateway: RunningGateway, platform: WebhookReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    platform.response = CannedResponse(410)
    await gateway.env.file_and_send(account=gateway.new_id("acc"))
    stopped = (await platform.wait_for(gateway.env.number, 1))[0].webhook_id

    async def failed() -> dict[str, Any]:
        return await list_webhooks(gateway, "failed")

    assert (await wait_until(failed, lambda found: stopped in found))[stopped]["last_error"] == (
        "answered 410"
    )
    assert f"the platform answered 410 to webhook {stopped}: none is sent" in caplog.text
    metrics = await gateway.http.get("/metrics", headers=gateway.as_operator())
    assert "tickets_webhooks_stopped 1.0" in metrics.text.splitlines()
    platform.response = ACCEPTED
    await gateway.env.file_and_send(account=gateway.new_id("acc"))

    async def waiting() -> list[str]:
        found = (await list_webhooks(gateway, "pending")).values()
        return [one["number"] for one in found]

    await wait_until(waiting, lambda numbers: numbers.count(gateway.env.number) >= 2)
    await asyncio.sleep(1.5)  # longer than the sender rests
    assert platform.of(gateway.env.number) == []
    assert (await request_redelivery(gateway, stopped, gateway.as_operator()))[0] == 202
    assert await platform.wait_for(gateway.env.number, 2)
    await wait_until_delivered(gateway, stopped)
    metrics = await gateway.http.get("/metrics", headers=gateway.as_operator())
    assert "tickets_webhooks_stopped 0.0" in metrics.text.splitlines()
