"""Connections that strangers open: how long they last, how many there are, what they hold."""

import asyncio
import contextlib
import logging
import resource
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from gateway.http.body_limits import MAX_BODY_BYTES
from gateway.server.connections import RESERVED_DESCRIPTORS, ConnectionRegistry
from gateway.server.log_filter import RepeatedLineFilter
from tests.support.raw_http_client import GET, POST, RawServer, run_raw_server


@pytest.fixture
async def line() -> AsyncIterator[RawServer]:
    """A server whose deadlines are short."""
    async with run_raw_server(
        head_timeout=0.4, body_timeout=0.6, keep_alive=1, response_timeout=0.5
    ) as found:
        yield found


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        ((b"",), b""),
        ((b"GET /hel",), b"HTTP/1.1 408 "),
        ((GET,), b"HTTP/1.1 408 "),
        ((POST + b"content-length: 100\r\n\r\nhalf",), b"HTTP/1.1 408 "),
        ((POST + b"transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",), b"HTTP/1.1 408 "),
    ],
)
async def test_who_lets_us_wait_is_let_go(
    line: RawServer, pieces: tuple[bytes, ...], said: bytes
) -> None:
    began = time.monotonic()
    assert (await line.exchange(*pieces)).startswith(said)
    assert time.monotonic() - began < 2


async def test_a_byte_now_and_then_does_not_extend_a_deadline(line: RawServer) -> None:
    began = time.monotonic()
    head = await line.exchange(*[bytes([byte]) for byte in GET], pause=0.1)
    assert time.monotonic() - began < 5
    assert head == b"" or head.startswith(b"HTTP/1.1 408 ")
    slow = [b"1\r\nx\r\n"] * 20
    body = await line.exchange(POST + b"transfer-encoding: chunked\r\n\r\n", *slow, pause=0.1)
    assert body == b"" or body.startswith(b"HTTP/1.1 408 ")
    await asyncio.sleep(0.1)
    assert len(line.config.connections) == 0


async def test_a_connection_is_kept_between_calls_as_long_as_the_setting_says(
    line: RawServer,
) -> None:
    async with line.call() as (reader, writer):
        for _ in range(2):
            writer.write(GET + b"\r\n")
            assert await reader.readuntil(b"hello")
            await asyncio.sleep(0.7)  # longer than a head may take
        assert await asyncio.wait_for(reader.read(), 2) == b""


async def test_a_rest_of_a_body_after_its_answer_does_not_keep_a_connection(
    line: RawServer,
) -> None:
    async with line.call() as (reader, writer):
        writer.write(b"POST /hello HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n")
        assert b" 405 " in await reader.readuntil(b"\r\n")
        for _ in range(15):
            writer.write(b"x")
            await asyncio.sleep(0.1)
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(reader.read(), 2)
    assert len(line.config.connections) == 0


async def test_a_peer_that_does_not_take_our_answer_is_let_go(line: RawServer) -> None:
    async with line.call() as (_, writer):
        writer.write(b"GET /long HTTP/1.1\r\nhost: x\r\n\r\n")
        await asyncio.sleep(1.5)
        assert len(line.config.connections) == 0


async def test_who_only_holds_connections_gives_way_to_who_calls() -> None:
    async with run_raw_server(max_connections=20) as line, contextlib.AsyncExitStack() as stack:
        for _ in range(60):
            await stack.enter_async_context(line.call())
        kept = await stack.enter_async_context(line.call())
        for _ in range(3):
            kept[1].write(GET + b"\r\n")
            assert await asyncio.wait_for(kept[0].readuntil(b"hello"), 2)
        assert len(line.config.connections) <= 20


async def test_unfinished_bodies_do_not_keep_others_from_calling() -> None:
    async with run_raw_server(max_connections=20) as line, contextlib.AsyncExitStack() as stack:
        for _ in range(40):
            _, writer = await stack.enter_async_context(line.call())
            writer.write(POST + b"content-length: 100000\r\n\r\n" + b"x" * 50_000)
        closing = GET + b"connection: close\r\n\r\n"
        assert b"hello" in await line.exchange(closing)


def test_a_crowd_at_one_address_gives_way_before_a_few_of_another() -> None:
    class Connection:
        is_aborted = False

        def abort(self) -> None:
            self.is_aborted = True

    registry, crowd, few = (
        ConnectionRegistry(20),
        [Connection() for _ in range(18)],
        [Connection(), Connection()],
    )
    for one in few:
        registry.add(one, "192.0.2.1")
    for one in crowd:
        registry.add(one, "198.51.100.1")
    registry.set_phase(crowd[0], "responding")
    registry.add(newcomer := Connection(), "203.0.113.1")
    assert [one.is_aborted for one in (crowd[0], crowd[1], *few, newcomer)] == [0, 1, 0, 0, 0]


@pytest.fixture
def few_descriptors() -> Iterator[int]:
    """A process that may open a hundred files more than it has to."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (RESERVED_DESCRIPTORS + 50, hard))
    yield RESERVED_DESCRIPTORS + 50
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_there_are_no_more_connections_than_file_descriptors(few_descriptors: int) -> None:
    assert ConnectionRegistry(1000).max_connections == few_descriptors - RESERVED_DESCRIPTORS


def test_a_line_that_strangers_cause_is_written_seldom() -> None:
    filtered = RepeatedLineFilter()
    record = logging.makeLogRecord({"msg": "socket.accept() out of system resource\nsocket: 7"})
    again = logging.makeLogRecord({"msg": "socket.accept() out of system resource\nsocket: 8"})
    other = logging.makeLogRecord({"msg": "Started server process"})
    assert [filtered.filter(one) for one in (record, again, other)] == [True, False, True]


async def test_bodies_of_all_calls_together_are_bounded() -> None:
    async with run_raw_server(2 * MAX_BODY_BYTES) as line, contextlib.AsyncExitStack() as stack:
        for _ in range(3):
            _, writer = await stack.enter_async_context(line.call())
            writer.write(POST + b"content-length: 1000000\r\n\r\n" + b"x" * 900_000)
        await asyncio.sleep(0.3)
        assert b" 503 " in await first_line(line, 400_000)
    async with run_raw_server() as line:
        assert b" 200 " in await first_line(line, 400_000)


async def first_line(line: RawServer, size: int) -> bytes:
    """How a body of this size is answered."""
    async with line.call() as (reader, writer):
        writer.write(POST + b"content-length: %d\r\n\r\n" % size + b"x" * size)
        return await asyncio.wait_for(reader.readline(), 5)
