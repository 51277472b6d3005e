"""A partner that a test controls byte by byte, and our client of it."""

from collections.abc import AsyncIterator

import pytest

from adapters.http.webhook_client import WebhookClient, open_client
from tests.support import raw_http_server
from tests.support.raw_http_server import RawHttpServer
from tests.support.servers.partner_delivery import NAME, SECRET


@pytest.fixture
async def partner() -> AsyncIterator[RawHttpServer]:
    async with raw_http_server.run_raw_http_server() as server:
        yield server


@pytest.fixture
async def client() -> AsyncIterator[WebhookClient]:
    async with open_client({NAME: SECRET}) as client:
        yield client
