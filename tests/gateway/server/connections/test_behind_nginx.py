"""The gateway behind nginx with the configuration of deploy/nginx."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from local.stack.ports import HOST
from tests.support.gateway import nginx
from tests.support.gateway.raw_http_client import RawServer, run_raw_server
from tests.support.gateway.running_gateway import RunningGateway

pytestmark = nginx.requires_nginx
GET = b"GET /who HTTP/1.1\r\nhost: tickets.example.com\r\nconnection: close\r\n"


@pytest.fixture
async def server_behind_nginx(tmp_path: Path) -> AsyncIterator[tuple[RawServer, int, int]]:
    """A small application behind nginx, and the ports for HTTPS and HTTP."""
    async with run_raw_server() as found, nginx.run_nginx(found.port, tmp_path) as ports:
        yield found, *ports


@pytest.fixture
async def public(gateway: RunningGateway, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client that calls the real gateway through nginx."""
    port = urlsplit(gateway.address).port or 0
    async with nginx.run_nginx(port, tmp_path) as (secure, _), nginx.client(secure) as http:
        yield http


async def exchange(port: int, *pieces: bytes, source: str = HOST, pause: float = 0) -> bytes:
    """Send bytes over TLS from this loopback address; return nginx's response."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    reader, writer = await asyncio.open_connection(HOST, port, ssl=context, local_addr=(source, 0))
    try:
        for piece in pieces:
            writer.write(piece)
            with contextlib.suppress(ConnectionError):
                await writer.drain()
            await asyncio.sleep(pause)
        response = bytearray()
        with contextlib.suppress(ConnectionError):
            while piece := await asyncio.wait_for(reader.read(65536), 10):
                response += piece
        return bytes(response)
    finally:
        writer.close()


async def test_a_caller_is_known_by_its_own_address(
    server_behind_nginx: tuple[RawServer, int, int],
) -> None:
    forged = b"x-forwarded-for: 6.6.6.6\r\nx-forwarded-proto: http\r\n\r\n"
    behind = await exchange(server_behind_nginx[1], GET + forged, source="127.0.0.2")
    assert behind.endswith(b"127.0.0.2 https"), behind
    other = await server_behind_nginx[0].exchange(GET + forged, source="127.0.0.3")
    assert other.endswith(b"127.0.0.3 http"), other


async def test_a_slow_body_waits_at_the_proxy(
    server_behind_nginx: tuple[RawServer, int, int],
) -> None:
    head = b"POST /v1/echo HTTP/1.1\r\nhost: tickets.example.com\r\nconnection: close\r\n"
    slow = asyncio.create_task(
        exchange(
            server_behind_nginx[1], head + b"content-length: 5\r\n\r\n", *[b"x"] * 5, pause=0.2
        )
    )
    await asyncio.sleep(0.6)
    assert len(server_behind_nginx[0].config.connections) == 0
    assert (await slow).endswith(b"5")


@pytest.mark.parametrize(
    ("head", "statuses"),
    [
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nhost: tickets.example.com\r\n\r\n", (414,)),
        (GET + b"x: " + b"v" * 9000 + b"\r\n\r\n", (400, 431)),
        (GET + b"".join(b"x-%d: %s\r\n" % (n, b"v" * 900) for n in range(12)) + b"\r\n", (431,)),
        (GET + b"content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", (400,)),
        (GET + b"content-length: 2000000\r\n\r\n", (413,)),
    ],
)
async def test_large_requests_are_refused_by_the_proxy_or_the_gateway(
    server_behind_nginx: tuple[RawServer, int, int], head: bytes, statuses: tuple[int, ...]
) -> None:
    response = await exchange(server_behind_nginx[1], head)
    assert int(response.split(b" ")[1]) in statuses, response[:80]


async def test_plain_http_is_redirected_to_the_public_name_whatever_the_host(
    server_behind_nginx: tuple[RawServer, int, int],
) -> None:
    address = f"http://{HOST}:{server_behind_nginx[2]}/form?idempotency_key=1"
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(address, headers={"host": "evil.example"})
    assert answer.status_code == 301
    assert answer.headers["location"] == "https://tickets.example.com/form?idempotency_key=1"


async def test_connections_are_reused_and_no_request_is_lost(public: httpx.AsyncClient) -> None:
    async def calls() -> list[int]:
        found = []
        for _ in range(40):
            found.append((await public.get("/healthz")).status_code)
            await asyncio.sleep(0.02)
        return found

    statuses = [one for many in await asyncio.gather(*(calls() for _ in range(4))) for one in many]
    assert set(statuses) == {200}


async def test_the_request_id_is_passed_in_both_directions(public: httpx.AsyncClient) -> None:
    answer = await public.get("/healthz", headers={"x-request-id": "checkout-7731/a"})
    assert answer.headers["x-request-id"] == "checkout-7731/a"
    long = await public.get("/healthz", headers={"x-request-id": "x" * 300})
    assert long.headers["x-request-id"] != "x" * 300


async def test_the_path_is_passed_on_unchanged(
    public: httpx.AsyncClient, gateway: RunningGateway
) -> None:
    path = "/v1/accounts/a%2F..%2Fb//c/claimable-links?kind=missing_cashback"
    answer = await public.get(path, headers=gateway.as_platform("a/../b//c"))
    assert answer.status_code == 200, answer.text
    assert (await public.get("//v1/tickets", headers=gateway.as_agent())).status_code == 404


async def test_metrics_are_not_public(public: httpx.AsyncClient, gateway: RunningGateway) -> None:
    assert (await public.get("/metrics", headers=gateway.as_operator())).status_code == 403
