"""The gateway's process with few file descriptors, or with its port in use."""

import asyncio
import contextlib
import os
import time

import pytest

from gateway.__main__ import main
from local.stack.profiles import generate_secret
from tests.support.gateway.processes import gateway_process
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.profiles import PARTNERS, secrets

TIMEOUT_SECONDS = 20


async def test_idle_connections_beyond_all_descriptors_block_no_new_ones(
    gateway: RunningGateway,
) -> None:
    async with (
        gateway_process(gateway, os.environ["TEMPORAL_ADDRESS"], files=256) as (process, http),
        contextlib.AsyncExitStack() as stack,
    ):
        port = http.base_url.port
        for n in range(300):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(writer.close)
            writer.write([b"", b"GET / HTTP/1.1\r\nhos", b"POST /form/sign-in HTTP/1.1\r\n"][n % 3])
        slowest = 0.0
        for path in ("/healthz", "/readyz", "/openapi.json", "/healthz"):
            began = time.monotonic()
            assert (await http.get(path, headers={"connection": "close"})).status_code == 200
            slowest = max(slowest, time.monotonic() - began)
        process.terminate()
        _, log = await asyncio.wait_for(process.communicate(), TIMEOUT_SECONDS)
    assert slowest < 3
    assert len(log) < 10_000
    assert process.returncode == 0


async def test_a_port_in_use_is_named_with_its_setting(
    gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (await gateway.http.get("/healthz")).status_code == 200
    settings, address = gateway.app.state.context.settings, gateway.address.removeprefix("http://")
    environment = {
        "DATABASE_URL": settings.database_url,
        "TICKETS_ALLOW_PRIVATE_ADDRESSES": "true",
        "TICKETS_SUPPORT_EMAIL": settings.support_email,
        "TICKETS_PARTNERS_DIR": str(PARTNERS),
        "TICKETS_PUBLIC_URL": "https://tickets.example.com",
        "TICKETS_SIGNING_SECRET": settings.signing_secret,
        "TICKETS_JWT_ISSUER": settings.jwt_issuer,
        "TICKETS_JWT_AUDIENCE": settings.jwt_audience,
        "TICKETS_JWT_SECRET": settings.jwt_secret or "",
        "TICKETS_GATEWAY_BIND": address,
    }
    for name, value in (environment | {name: generate_secret() for name in secrets()}).items():
        monkeypatch.setenv(name, value)
    assert await asyncio.to_thread(main, []) == 2
    assert f"TICKETS_GATEWAY_BIND: cannot listen at {address}" in capsys.readouterr().err
