"""A wrong clock: logged, measured, and never a reason to give a claim up."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from activities.claim_delivery import ClaimDelivery, DeliveryRequest
from activities.limits.partner_limiter import PartnerLimiter
from adapters.http.webhook_client import WebhookClient
from adapters.postgres.clock import clock_skew, utc_now
from adapters.postgres.database import Database
from background.clock_check import METRIC, check_clock
from background.context import JobContext
from background.jobs import run_jobs
from domain.errors import PartnerUnauthorised, PartnerUnavailable
from local.stack.ports import free_ports
from tests.support.builders import a_profile
from tests.support.polling import wait_until
from tests.support.raw_http_server import RawHttpServer
from tests.support.servers.partner_delivery import a_channel
from tests.support.ticket_store import TicketStore

REFUSED = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n"


def two_minutes_ahead() -> datetime:
    return utc_now() + timedelta(minutes=2)


async def test_the_skew_is_measured_against_the_database(database: Database) -> None:
    """Both run on this machine."""
    assert abs(await clock_skew(database)) < timedelta(seconds=5)
    ahead = await clock_skew(database, two_minutes_ahead)
    assert timedelta(seconds=115) < ahead < timedelta(seconds=125)


@pytest.mark.parametrize(("is_off", "errors"), [(True, 1), (False, 0)])
async def test_a_skew_of_over_a_minute_is_a_loud_log_and_a_metric(
    database: Database,
    client: WebhookClient,
    caplog: pytest.LogCaptureFixture,
    is_off: bool,
    errors: int,
) -> None:
    metrics = f"127.0.0.1:{free_ports(1)[0]}"
    runtime = Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=metrics)))
    temporal = await Client.connect("127.0.0.1:1", lazy=True, runtime=runtime)
    now = two_minutes_ahead if is_off else utc_now

    async def measured() -> str:
        async with httpx.AsyncClient(trust_env=False) as http:
            lines = (await http.get(f"http://{metrics}/metrics")).text.splitlines()
        return next((line for line in lines if line.startswith(METRIC)), "")

    async with run_jobs(JobContext(database, temporal, client, now=now), [check_clock]):
        async with asyncio.timeout(10):
            line = await wait_until(measured, bool)
    assert (float(line.split()[-1]) > 100) is is_off
    logged = [one for one in caplog.records if one.levelname == "ERROR"]
    assert len(logged) == errors
    if is_off:
        assert "ahead of the database's" in caplog.text


@pytest.mark.parametrize(
    ("is_off", "error"), [(True, PartnerUnavailable), (False, PartnerUnauthorised)]
)
async def test_a_partners_401_is_retried_while_our_clock_is_wrong(
    client: WebhookClient,
    partner: RawHttpServer,
    database: Database,
    is_off: bool,
    error: type[Exception],
) -> None:
    store = TicketStore(database)
    await store.register_link()
    number = (await store.file(answers={"order_number": "VT-1"})).result.number
    channel: dict[str, Any] = a_channel(partner.address).model_dump(mode="json")
    profiles = {"velotel": a_profile(channel=channel)}
    now = two_minutes_ahead if is_off else utc_now
    delivery = ClaimDelivery(database, profiles, client, PartnerLimiter(), now=now)
    partner.answer = REFUSED
    with pytest.raises(error):
        await delivery.deliver(
            DeliveryRequest(number=number, partner_id="velotel", purpose="claim")
        )
