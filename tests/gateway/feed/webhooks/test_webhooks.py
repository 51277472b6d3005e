"""Signed webhooks to the platform: content and signatures."""

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.gateway.feed.webhooks.conftest import SECOND_SECRET
from tests.gateway.feed.webhooks.deliveries import request_redelivery
from tests.support.gateway.running_gateway import WEBHOOK_SECRET, RunningGateway
from tests.support.gateway.webhook_receiver import WebhookReceiver


async def test_every_transition_is_sent_as_a_signed_webhook_with_the_events_content(
    gateway: RunningGateway, platform: WebhookReceiver
) -> None:
    account = gateway.new_id("acc")
    await gateway.env.file_and_send(account=account)
    received = await platform.wait_for(gateway.env.number, 2)
    page = await gateway.http.get("/v1/events", headers=gateway.as_platform(account))
    assert (
        sorted((one.event for one in received), key=lambda event: int(event["seq"]))
        == (page.json()["events"])
    )
    assert all(one.webhook_id == one.event["event_id"] for one in received)


async def test_while_the_secret_rotates_the_old_one_and_the_new_one_verify(
    gateway: RunningGateway, platform: WebhookReceiver
) -> None:
    platform.secret = SECOND_SECRET
    await gateway.env.file_and_send(account=gateway.new_id("acc"))
    assert await platform.wait_for(gateway.env.number, 2)


async def test_the_official_package_verifies_our_signatures_and_no_others(
    gateway: RunningGateway, platform: WebhookReceiver
) -> None:
    await gateway.env.file_and_send(account=gateway.new_id("acc"))
    received = (await platform.wait_for(gateway.env.number, 1))[0]
    earlier = str(int(received.headers["webhook-timestamp"]) - 1)
    Webhook(WEBHOOK_SECRET).verify(received.body, dict(received.headers))
    for secret, body, change in (
        ("whsec_" + "c29tZWJvZHkgZWxzZSdzIHNlY3JldCwgbm90IG91cnM=", received.body, {}),
        (WEBHOOK_SECRET, received.body.replace(b"velotel", b"fernweh") + b" ", {}),
        (WEBHOOK_SECRET, received.body, {"webhook-id": "1"}),
        (WEBHOOK_SECRET, received.body, {"webhook-timestamp": earlier}),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, dict(received.headers) | change)


async def test_another_accounts_event_looks_like_an_unknown_one(
    gateway: RunningGateway, platform: WebhookReceiver
) -> None:
    await gateway.env.file_and_send(account=gateway.new_id("acc"))
    event_id = (await platform.wait_for(gateway.env.number, 1))[0].webhook_id
    stranger = gateway.as_platform(gateway.new_id("acc"))
    assert await request_redelivery(gateway, event_id, stranger) == (404, "unknown_event")
    assert await request_redelivery(gateway, str(2**62), stranger) == (404, "unknown_event")
    assert await request_redelivery(gateway, str(2**63), stranger) == (422, "malformed")
