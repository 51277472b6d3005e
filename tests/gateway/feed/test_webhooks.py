"""Signed webhooks to the platform: every move, until it is taken, whatever befalls either side."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.support.databases import fresh_database
from tests.support.gateway import WEBHOOK_SECRET, RunningGateway, run_gateway
from tests.support.polling import wait_until
from tests.support.webhook_receiver import ACCEPTED, WebhookReceiver, run_webhook_receiver
from tests.support.workflow.partner_server import CannedResponse
from tests.support.workflow.temporal_servers import dev_server

SECOND_SECRET = "whsec_bWFkZSB1cCB0byByb3RhdGUgdGhlIHBsYXRmb3Jt"


@pytest.fixture(scope="module")
async def platform() -> AsyncIterator[WebhookReceiver]:
    """The platform's own door."""
    async with run_webhook_receiver() as platform:
        yield platform


@pytest.fixture(scope="module")
async def gateway(
    platform: WebhookReceiver, postgres_server: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningGateway]:
    """A gateway that sends webhooks to the platform."""
    letters: Path = tmp_path_factory.mktemp("letters")
    async with (
        dev_server() as server,
        fresh_database(postgres_server) as database_url,
        run_gateway(
            server,
            database_url,
            letters,
            TICKETS_WEBHOOK_URL=platform.address,
            TICKETS_WEBHOOK_SECRET=f"{WEBHOOK_SECRET} {SECOND_SECRET}",
        ) as gateway,
    ):
        yield gateway


@pytest.fixture(autouse=True)
def _takes_everything(platform: WebhookReceiver) -> None:
    platform.response, platform.secret = ACCEPTED, WEBHOOK_SECRET
    platform.first_responses = []


async def webhook(gateway: RunningGateway, event_id: str) -> dict[str, Any]:
    """A webhook in the books."""
    async with gateway.env.postgres.transaction() as connection:
        row = await connection.fetchrow("select * from webhooks where sequence = $1", int(event_id))
        return dict(row) if row else {}


async def change(gateway: RunningGateway, event_id: str, what: str) -> None:
    """Change a webhook in the books, as time would."""
    statement = f"update webhooks set {what} where sequence = $1"  # noqa: S608
    async with gateway.env.postgres.transaction() as connection:
        await connection.execute(statement, int(event_id))


async def listed(gateway: RunningGateway, state: str) -> dict[str, Any]:
    """What operators see, by event."""
    where = f"/v1/webhooks?state={state}&limit=1000"
    answer = await gateway.http.get(where, headers=gateway.as_operator())
    assert answer.status_code == 200, answer.text
    return {one["event_id"]: one for one in answer.json()["webhooks"]}


async def redelivered(
    gateway: RunningGateway, event_id: str, headers: dict[str, str]
) -> tuple[int, str]:
    """Ask for redelivery; the status, and what was answered."""
    answer = await gateway.http.post(f"/v1/events/{event_id}/redelivery", headers=headers)
    content = answer.json()
    return answer.status_code, content.get("status") if answer.is_success else content["code"]


async def test_every_move_comes_as_a_signed_webhook_that_says_what_the_feed_says(
    gateway: RunningGateway, platform: WebhookReceiver
) -> None:
    account = gateway.new_id("acc")
    await gateway.env.file_and_send(account=account)
    heard = await platform.wait_for(gateway.env.number, 2)
    page = await gateway.http.get("/v1/events", headers=gateway.as_platform(account))
    assert (
        sorted((one.event for one in heard), key=lambda event: int(event["seq"]))
        == (page.json()["events"])
    )
    assert all(one.webhook_id == one.event["event_id"] for one in heard)


async def test_while_the_secret_rotates_the_old_one_and_the_new_one_verify(
    gateway: RunningGateway, platform: WebhookReceiver
) -> None:
    platform.secret = SECOND_SECRET
    await gateway.env.file_and_send(account=gateway.new_id("acc"))
    assert await platform.wait_for(gateway.env.number, 2)


async def test_the_official_package_takes_what_we_signed_and_nothing_else(
    gateway: RunningGateway, platform: WebhookReceiver
) -> None:
    await gateway.env.file_and_send(account=gateway.new_id("acc"))
    heard = (await platform.wait_for(gateway.env.number, 1))[0]
    earlier = str(int(heard.headers["webhook-timestamp"]) - 1)
    Webhook(WEBHOOK_SECRET).verify(heard.body, dict(heard.headers))
    for secret, body, change in (
        ("whsec_" + "c29tZWJvZHkgZWxzZSdzIHNlY3JldCwgbm90IG91cnM=", heard.body, {}),
        (WEBHOOK_SECRET, heard.body.replace(b"velotel", b"fernweh") + b" ", {}),
        (WEBHOOK_SECRET, heard.body, {"webhook-id": "1"}),
        (WEBHOOK_SECRET, heard.body, {"webhook-timestamp": earlier}),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, dict(heard.headers) | change)


@pytest.mark.parametrize("status", [500, 404, 302, 401])
async def test_what_was_not_taken_comes_again_under_the_same_id(
    gateway: RunningGateway, platform: WebhookReceiver, status: int
) -> None:
    platform.first_responses = [CannedResponse(status, b"no", {"location": "/elsewhere"})] * 2
    await gateway.env.file_and_send(account=gateway.new_id("acc"))
    first, second = (await platform.wait_for(gateway.env.number, 2))[:2]
    failures = [await until_failed(gateway, one.webhook_id) for one in (first, second)]
    assert {one["last_error"] for one in failures} == {f"answered {status}"}
    for one in (first, second):
        await change(gateway, one.webhook_id, "next_attempt_at = now()")
    again = await platform.wait_for(gateway.env.number, 4)
    assert sorted(one.webhook_id for one in again[2:]) == sorted(
        [first.webhook_id, second.webhook_id]
    )
    assert {str(one.event) for one in again[2:]} == {str(first.event), str(second.event)}
    for one in (first, second):
        await until_delivered(gateway, one.webhook_id)


async def until_failed(gateway: RunningGateway, event_id: str) -> dict[str, Any]:
    """Wait until an attempt has failed."""
    return await wait_until(lambda: webhook(gateway, event_id), lambda row: bool(row["last_error"]))


async def until_delivered(gateway: RunningGateway, event_id: str) -> dict[str, Any]:
    """Wait until it was taken."""
    return await wait_until(
        lambda: webhook(gateway, event_id), lambda row: bool(row["delivered_at"])
    )


async def test_a_platform_that_asks_to_wait_is_given_the_time(
    gateway: RunningGateway, platform: WebhookReceiver
) -> None:
    platform.response = CannedResponse(429, b"", {"retry-after": "3"})
    await gateway.env.file_and_send(account=gateway.new_id("acc"))
    first = (await platform.wait_for(gateway.env.number, 1))[0]
    platform.response = ACCEPTED
    row = await until_failed(gateway, first.webhook_id)
    async with gateway.env.postgres.transaction() as connection:
        now = await connection.fetchval("select now()")
    assert 1 < (row["next_attempt_at"] - now).total_seconds() <= 5
    again = await platform.wait_for(gateway.env.number, 3)
    assert again[-1].at - first.at >= 3


async def test_after_three_days_it_is_given_up_and_stays_to_be_seen_and_sent_by_hand(
    gateway: RunningGateway, platform: WebhookReceiver
) -> None:
    platform.response = CannedResponse(503)
    account = gateway.new_id("acc")
    await gateway.env.file_and_send(account=account)
    event_id = (await platform.wait_for(gateway.env.number, 1))[0].webhook_id
    await until_failed(gateway, event_id)
    waiting = (await listed(gateway, "pending"))[event_id]
    assert waiting["number"] == gateway.env.number
    assert waiting["last_error"] == "answered 503"
    await change(gateway, event_id, "next_attempt_at = now(), expires_at = now()")
    await wait_until(lambda: listed(gateway, "failed"), lambda found: event_id in found)
    given_up = (await listed(gateway, "failed"))[event_id]
    assert given_up["next_attempt_at"] is None
    assert event_id not in await listed(gateway, "pending")
    platform.response = ACCEPTED
    assert await redelivered(gateway, event_id, gateway.as_operator()) == (202, "pending")
    row = await until_delivered(gateway, event_id)
    assert (row["expires_at"] - row["delivered_at"]).total_seconds() > 2 * 86_400
    assert event_id not in await listed(gateway, "failed")
    # Taken already, it may be asked for again: by the platform, too.

    async def times() -> int:
        ids = [one.webhook_id for one in platform.of(gateway.env.number)]
        return ids.count(event_id)

    before = await times()
    assert (await redelivered(gateway, event_id, gateway.as_platform(account)))[0] == 202
    await wait_until(times, lambda now: now == before + 1)


async def test_another_accounts_event_cannot_be_told_from_one_that_is_not_there(
    gateway: RunningGateway, platform: WebhookReceiver
) -> None:
    await gateway.env.file_and_send(account=gateway.new_id("acc"))
    event_id = (await platform.wait_for(gateway.env.number, 1))[0].webhook_id
    stranger = gateway.as_platform(gateway.new_id("acc"))
    assert await redelivered(gateway, event_id, stranger) == (404, "unknown_event")
    assert await redelivered(gateway, str(2**62), stranger) == (404, "unknown_event")
    assert await redelivered(gateway, str(2**63), stranger) == (422, "malformed")


async def test_a_process_that_dies_during_a_call_leaves_it_to_the_next(
    gateway: RunningGateway, platform: WebhookReceiver
) -> None:
    """What a dead process leaves: an attempt that was begun, and nothing noted."""
    await gateway.env.file_and_send(account=gateway.new_id("acc"))
    event_id = (await platform.wait_for(gateway.env.number, 2))[0].webhook_id
    await until_delivered(gateway, event_id)
    await change(gateway, event_id, "delivered_at = null, attempts = 1, next_attempt_at = now()")
    await platform.wait_for(gateway.env.number, 3)
    assert (await until_delivered(gateway, event_id))["attempts"] == 2


async def test_a_platform_that_hangs_holds_up_neither_tickets_nor_transactions(
    gateway: RunningGateway, platform: WebhookReceiver
) -> None:
    gate = asyncio.Event()
    platform.response = CannedResponse(gate=gate)
    try:
        await gateway.env.file_and_send(account=gateway.new_id("acc"))
        await platform.wait_for(gateway.env.number, 1)
        async with gateway.env.postgres.transaction() as connection:
            idle = "select count(*) from pg_stat_activity where state = 'idle in transaction'"
            assert await connection.fetchval(f"{idle} and datname = current_database()") == 0
        await gateway.env.file_and_send(account=gateway.new_id("acc"))
        assert (await gateway.http.get("/readyz")).status_code == 200
    finally:
        platform.response = ACCEPTED
        gate.set()
    await platform.wait_for(gateway.env.number, 2)
