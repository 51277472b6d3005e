"""What stands before every call: how much is read, what is told to browsers, how faults leave."""

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from gateway.http.body_limits import MAX_BODY_BYTES
from gateway.http.middleware import SecurityMiddleware
from gateway.http.problems import MEDIA_TYPE
from tests.support.gateway import RunningGateway

CHECK = "/v1/claims/check"


async def in_pieces(size: int, piece: int = 65536) -> AsyncIterator[bytes]:
    """A body of so many bytes whose length nobody declares."""
    for start in range(0, size, piece):
        yield b" " * min(piece, size - start)


def headers(gateway: RunningGateway) -> dict[str, str]:
    """Those of a platform that sends JSON."""
    return gateway.as_platform() | {"content-type": "application/json"}


@pytest.mark.parametrize(("size", "status"), [(MAX_BODY_BYTES + 1, 413), (5 * MAX_BODY_BYTES, 413)])
async def test_a_body_in_pieces_is_read_up_to_the_bound(
    gateway: RunningGateway, size: int, status: int
) -> None:
    answer = await gateway.http.post(CHECK, content=in_pieces(size), headers=headers(gateway))
    assert (answer.status_code, answer.json()["code"]) == (status, "payload_too_large")


async def test_a_body_in_pieces_that_is_small_enough_is_read(gateway: RunningGateway) -> None:
    async def claim() -> AsyncIterator[bytes]:
        for byte in b'{"account_id": "acc-1"}':
            yield bytes([byte])

    answer = await gateway.http.post(CHECK, content=claim(), headers=headers(gateway))
    assert answer.status_code == 200


async def test_a_bound_holds_before_anybody_is_asked_who_they_are(gateway: RunningGateway) -> None:
    answer = await gateway.http.post(CHECK, content=in_pieces(2 * MAX_BODY_BYTES))
    assert answer.status_code in (401, 413)


async def raw(
    gateway: RunningGateway, length: str, body: bytes = b"", hangs_up: bool = False
) -> bytes:
    """All that the gateway says to a body with this declared length."""
    where = urlsplit(gateway.address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    token = gateway.as_platform()["authorization"]
    head = [f"POST {CHECK} HTTP/1.1", "host: x", "connection: close", f"authorization: {token}"]
    head += ["content-type: application/json", f"content-length: {length}", "", ""]
    writer.write("\r\n".join(head).encode())
    writer.write(body)
    try:
        await writer.drain()
        if hangs_up:
            writer.write_eof()
        return await asyncio.wait_for(reader.read(), 20)
    finally:
        writer.close()


async def test_a_length_beyond_the_bound_is_refused_before_the_body_comes(
    gateway: RunningGateway,
) -> None:
    said = await raw(gateway, str(MAX_BODY_BYTES + 1))
    assert said.startswith(b"HTTP/1.1 413 ")
    assert b'"payload_too_large"' in said


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "1, 2", "\u0661"])
async def test_a_length_that_is_no_number_is_refused(gateway: RunningGateway, length: str) -> None:
    said = await raw(gateway, length, b"{}")
    assert said.startswith(b"HTTP/1.1 400 ")


async def test_more_than_the_declared_length_is_not_read_as_the_body(
    gateway: RunningGateway,
) -> None:
    said = await raw(gateway, "23", b'{"account_id": "acc-1"}, "x": 1}')
    assert said.startswith(b"HTTP/1.1 200 ")


async def test_less_than_the_declared_length_is_no_claim(gateway: RunningGateway) -> None:
    said = await raw(gateway, "100", b'{"account_id": "acc-1"}', hangs_up=True)
    assert b" 200 " not in said.partition(b"\r\n")[0]


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/static/style.css", CHECK])
async def test_every_answer_tells_browsers_what_they_may_do(
    gateway: RunningGateway, path: str
) -> None:
    answer = await gateway.http.get(path)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]


async def test_what_may_be_about_somebody_is_kept_in_no_browser_and_files_of_ours_are(
    gateway: RunningGateway,
) -> None:
    for path in ("/v1/tickets", "/v1/events", "/nowhere", "/desk", "/desk/sign-in", "/form"):
        for who in (gateway.as_agent(), gateway.as_platform()):
            answer = await gateway.http.get(path, headers=who)
            assert answer.headers["cache-control"] == "no-store", path
    style = await gateway.http.get("/static/style.css")
    assert "no-store" not in style.headers.get("cache-control", "")


@pytest.mark.parametrize(
    ("path", "methods"),
    [(CHECK, "POST"), ("/v1/tickets", "GET, HEAD, POST"), ("/form/sign-in", "GET, HEAD, POST")],
)
async def test_a_method_that_there_is_not_is_told_with_those_there_are(
    gateway: RunningGateway, path: str, methods: str
) -> None:
    answer = await gateway.http.delete(path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == methods


async def test_methods_that_somebody_makes_up_leave_nothing_behind(gateway: RunningGateway) -> None:
    """Figures are kept for each method: without a bound, anybody could fill our memory."""
    for number in range(3):
        answer = await gateway.http.request(f"MADE-UP-{number}", "/healthz")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    figures = (await gateway.http.get("/metrics", headers=gateway.as_operator())).text
    assert "MADE-UP" not in figures
    assert 'method="GET"' in figures


async def called(app: SecurityMiddleware) -> httpx.Response:
    """What an application answers behind the guards."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        return await http.get("/")


async def test_a_fault_of_ours_leaves_as_a_problem_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        raise KeyError("jan@example.com")

    answer = await called(SecurityMiddleware(faulty))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert "jan@example.com" not in answer.text + caplog.text
    assert "a bug: KeyError at test_middleware.py:" in caplog.text


async def test_the_request_id_of_an_answer_is_the_one_in_its_body(gateway: RunningGateway) -> None:
    answer = await gateway.http.get("/nowhere")
    assert answer.headers["x-request-id"] == json.loads(answer.text)["request_id"]
