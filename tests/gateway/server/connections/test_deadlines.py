"""Connections whose peers are too slow."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest

from tests.support.gateway.raw_http_client import GET, POST, RawServer, run_raw_server


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    """A server whose deadlines are short."""
    async with run_raw_server(
        head_timeout=0.4, body_timeout=0.6, keep_alive=1, response_timeout=0.5
    ) as started:
        yield started


@pytest.mark.parametrize(
    ("pieces", "status_line"),
    [
        ((b"",), b""),
        ((b"GET /hel",), b"HTTP/1.1 408 "),
        ((GET,), b"HTTP/1.1 408 "),
        ((POST + b"content-length: 100\r\n\r\nhalf",), b"HTTP/1.1 408 "),
        ((POST + b"transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",), b"HTTP/1.1 408 "),
    ],
)
async def test_a_slow_connection_is_closed(
    server: RawServer, pieces: tuple[bytes, ...], status_line: bytes
) -> None:
    began = time.monotonic()
    assert (await server.exchange(*pieces)).startswith(status_line)
    assert time.monotonic() - began < 2


async def test_a_byte_now_and_then_does_not_extend_a_deadline(server: RawServer) -> None:
    began = time.monotonic()
    head = await server.exchange(*[bytes([byte]) for byte in GET], pause=0.1)
    assert time.monotonic() - began < 5
    assert head == b"" or head.startswith(b"HTTP/1.1 408 ")
    slow = [b"1\r\nx\r\n"] * 20
    body = await server.exchange(POST + b"transfer-encoding: chunked\r\n\r\n", *slow, pause=0.1)
    assert body == b"" or body.startswith(b"HTTP/1.1 408 ")
    await asyncio.sleep(0.1)
    assert len(server.config.connections) == 0


async def test_an_idle_connection_stays_open_as_long_as_the_setting_says(
    server: RawServer,
) -> None:
    async with server.call() as (reader, writer):
        for _ in range(2):
            writer.write(GET + b"\r\n")
            assert await reader.readuntil(b"hello")
            await asyncio.sleep(0.7)  # longer than a head may take
        assert await asyncio.wait_for(reader.read(), 2) == b""


async def test_the_rest_of_a_body_after_its_response_does_not_keep_a_connection_open(
    server: RawServer,
) -> None:
    async with server.call() as (reader, writer):
        writer.write(b"POST /hello HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n")
        assert b" 405 " in await reader.readuntil(b"\r\n")
        for _ in range(15):
            writer.write(b"x")
            await asyncio.sleep(0.1)
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(reader.read(), 2)
    assert len(server.config.connections) == 0


async def test_a_peer_that_does_not_read_the_response_is_disconnected(server: RawServer) -> None:
    async with server.call() as (_, writer):
        writer.write(b"GET /long HTTP/1.1\r\nhost: x\r\n\r\n")
        await asyncio.sleep(1.5)
        assert len(server.config.connections) == 0
