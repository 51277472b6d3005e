"""Limits of the whole server: pending bodies, and repeated log lines."""

import asyncio
import contextlib
import logging

from gateway.http.body_limits import MAX_BODY_BYTES
from gateway.server.log_filter import RepeatedLineFilter
from tests.support.gateway.raw_http_client import POST, RawServer, run_raw_server


def test_a_repeated_log_line_is_written_once_in_ten_seconds() -> None:
    filtered = RepeatedLineFilter()
    record = logging.makeLogRecord({"msg": "socket.accept() out of system resource\nsocket: 7"})
    again = logging.makeLogRecord({"msg": "socket.accept() out of system resource\nsocket: 8"})
    other = logging.makeLogRecord({"msg": "Started server process"})
    assert [filtered.filter(one) for one in (record, again, other)] == [True, False, True]


async def test_bodies_of_all_calls_together_are_bounded() -> None:
    async with run_raw_server(2 * MAX_BODY_BYTES) as server, contextlib.AsyncExitStack() as stack:
        for _ in range(3):
            _, writer = await stack.enter_async_context(server.call())
            writer.write(POST + b"content-length: 1000000\r\n\r\n" + b"x" * 900_000)
        await asyncio.sleep(0.3)
        assert b" 503 " in await first_line(server, 400_000)
    async with run_raw_server() as server:
        assert b" 200 " in await first_line(server, 400_000)


async def first_line(server: RawServer, size: int) -> bytes:
    """Send a body of this size and return the status line."""
    async with server.call() as (reader, writer):
        writer.write(POST + b"content-length: %d\r\n\r\n" % size + b"x" * size)
        return await asyncio.wait_for(reader.readline(), 5)
