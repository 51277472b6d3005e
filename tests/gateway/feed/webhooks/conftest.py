"""A gateway that sends webhooks to a receiver."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.databases import fresh_database
from tests.support.gateway.running_gateway import WEBHOOK_SECRET, RunningGateway
from tests.support.gateway.setup import run_gateway
from tests.support.gateway.webhook_receiver import ACCEPTED, WebhookReceiver, run_webhook_receiver
from tests.support.workflow.temporal_servers import dev_server

SECOND_SECRET = "whsec_bWFkZSB1cCB0byByb3RhdGUgdGhlIHBsYXRmb3Jt"


@pytest.fixture(scope="module")
async def platform() -> AsyncIterator[WebhookReceiver]:
    """A receiver of webhooks."""
    async with run_webhook_receiver() as platform:
        yield platform


@pytest.fixture(scope="module")
async def gateway(
    platform: WebhookReceiver, postgres_server: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningGateway]:
    """A gateway with background jobs that send webhooks to the receiver."""
    emails: Path = tmp_path_factory.mktemp("emails")
    async with (
        dev_server() as server,
        fresh_database(postgres_server) as database_url,
        run_gateway(
            server,
            database_url,
            emails,
            TICKETS_WEBHOOK_URL=platform.address,
            TICKETS_WEBHOOK_SECRET=f"{WEBHOOK_SECRET} {SECOND_SECRET}",
        ) as gateway,
    ):
        yield gateway


@pytest.fixture(autouse=True)
def _accept_everything(platform: WebhookReceiver) -> None:
    platform.response, platform.secret = ACCEPTED, WEBHOOK_SECRET
    platform.first_responses = []
