"""Outages: the responses meanwhile, and that nothing is done twice afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from asgi_correlation_id import CorrelationIdFilter
from temporalio.testing import WorkflowEnvironment

from domain.values.ticket_number import derive_number
from tests.support.databases import fresh_database
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.setup import run_gateway
from tests.support.workflow.claims import a_claim
from tests.support.workflow.tcp_proxy import TcpProxy, open_proxy
from tests.support.workflow.temporal_servers import dev_server


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[WorkflowEnvironment]:
    """A separate Temporal server for this module, without other workers."""
    async with dev_server() as started:
        yield started


@asynccontextmanager
async def with_proxy(url: str) -> AsyncIterator[tuple[str, TcpProxy]]:
    """Return the same address behind a proxy."""
    start, _, rest = url.rpartition(":")
    port, slash, name = rest.partition("/")
    async with open_proxy(int(port)) as proxy:
        yield f"{start}:{proxy.port}{slash}{name}", proxy


async def filed(gateway: RunningGateway, claim: Any, key: str) -> httpx.Response:
    """File a claim and return the response."""
    headers = gateway.as_platform() | {"idempotency-key": key}
    return await gateway.http.post("/v1/tickets", json=claim, headers=headers)


def assert_unavailable(answer: httpx.Response) -> None:
    """Assert that the response is `unavailable` with a `Retry-After`."""
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0


async def test_without_workers_a_claim_has_its_number_and_later_its_answer(
    server: WorkflowEnvironment, postgres_server: str, tmp_path: Path
) -> None:
    async with (
        fresh_database(postgres_server) as database_url,
        run_gateway(server, database_url, tmp_path, with_workers=False) as gateway,
    ):
        claim, key = await gateway.env.prepare_claim(a_claim()), "no-worker"
        pending = await filed(gateway, claim, key)
        gateway.env.number = derive_number(claim["account_id"], key)
        assert (pending.status_code, pending.json()) == (
            202,
            {"status": "pending", "number": gateway.env.number},
        )
        assert int(pending.headers["retry-after"]) > 0
        await gateway.env.start_workers()
        await gateway.env.wait_for_state("sent_to_partner")  # without another request
        answer = await filed(gateway, claim, key)
        assert (answer.status_code, answer.json()["status"]) == (200, "accepted")
        assert answer.json()["number"] == gateway.env.number


async def test_without_the_database_nothing_is_answered_and_the_repeated_request_is_one_ticket(
    server: WorkflowEnvironment,
    postgres_server: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.handler.addFilter(CorrelationIdFilter())
    async with (
        fresh_database(postgres_server) as database_url,
        with_proxy(database_url) as (address, proxy),
        run_gateway(server, database_url, tmp_path, DATABASE_URL=address) as gateway,
    ):
        claim, key = await gateway.env.prepare_claim(a_claim()), "no-database"
        proxy.cut()
        gateway.env.database_proxy.cut()
        assert_unavailable(await filed(gateway, claim, key))
        path = f"/v1/accounts/{claim['account_id']}/claimable-links?kind=missing_cashback"
        links = await gateway.http.get(path, headers=gateway.as_platform())
        assert_unavailable(links)
        logged = [vars(one).get("correlation_id") for one in caplog.records]
        assert links.headers["x-request-id"] in logged
        assert_unavailable(
            await gateway.http.post("/v1/claims/check", json=claim, headers=gateway.as_platform())
        )
        assert_unavailable(await gateway.http.get("/readyz"))
        assert (await gateway.http.get("/healthz")).status_code == 200
        proxy.restore()
        gateway.env.database_proxy.restore()
        gateway.env.number = derive_number(claim["account_id"], key)
        await gateway.env.wait_for_state("sent_to_partner")
        answer = await filed(gateway, claim, key)
        assert (answer.status_code, answer.json()["status"]) == (200, "accepted")
        await gateway.env.wait_for_emails("confirmation")
        assert (await gateway.http.get("/readyz")).status_code == 200


async def test_without_temporal_nothing_is_filed_and_the_repeated_request_is_one_ticket(
    server: WorkflowEnvironment, postgres_server: str, tmp_path: Path
) -> None:
    async with (
        fresh_database(postgres_server) as database_url,
        with_proxy(server.client.service_client.config.target_host) as (address, proxy),
        run_gateway(server, database_url, tmp_path, temporal=address) as gateway,
    ):
        claim = await gateway.env.prepare_claim(a_claim())
        proxy.cut()
        assert_unavailable(await filed(gateway, claim, "no-temporal"))
        assert_unavailable(await gateway.http.get("/readyz"))
        proxy.restore()
        answer = await filed(gateway, claim, "no-temporal")
        assert (answer.status_code, answer.json()["status"]) == (201, "accepted")
        proxy.cut()  # the result is in the database
        again = await filed(gateway, claim, "no-temporal")
        assert (again.status_code, again.json()) == (200, answer.json())
