"""Which connections are closed for new ones."""

import asyncio
import contextlib
import resource
from collections.abc import Iterator

import pytest

from gateway.server.connections import RESERVED_DESCRIPTORS, ConnectionRegistry
from tests.support.gateway.raw_http_client import GET, POST, run_raw_server


async def test_idle_connections_give_way_to_requests() -> None:
    async with run_raw_server(max_connections=20) as server, contextlib.AsyncExitStack() as stack:
        for _ in range(60):
            await stack.enter_async_context(server.call())
        used = await stack.enter_async_context(server.call())
        for _ in range(3):
            used[1].write(GET + b"\r\n")
            assert await asyncio.wait_for(used[0].readuntil(b"hello"), 2)
        assert len(server.config.connections) <= 20


async def test_unfinished_bodies_do_not_block_other_callers() -> None:
    async with run_raw_server(max_connections=20) as server, contextlib.AsyncExitStack() as stack:
        for _ in range(40):
            _, writer = await stack.enter_async_context(server.call())
            writer.write(POST + b"content-length: 100000\r\n\r\n" + b"x" * 50_000)
        closing = GET + b"connection: close\r\n\r\n"
        assert b"hello" in await server.exchange(closing)


def test_connections_of_the_busiest_address_are_closed_first() -> None:
    class Connection:
        is_aborted = False

        def abort(self) -> None:
            self.is_aborted = True

    registry, busiest, few = (
        ConnectionRegistry(20),
        [Connection() for _ in range(18)],
        [Connection(), Connection()],
    )
    for one in few:
        registry.add(one, "192.0.2.1")
    for one in busiest:
        registry.add(one, "198.51.100.1")
    registry.set_phase(busiest[0], "responding")
    registry.add(newcomer := Connection(), "203.0.113.1")
    assert [one.is_aborted for one in (busiest[0], busiest[1], *few, newcomer)] == [0, 1, 0, 0, 0]


@pytest.fixture
def few_descriptors() -> Iterator[int]:
    """Allow this process fifty connections beyond the reserved descriptors."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (RESERVED_DESCRIPTORS + 50, hard))
    yield RESERVED_DESCRIPTORS + 50
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_there_are_no_more_connections_than_file_descriptors(few_descriptors: int) -> None:
    assert ConnectionRegistry(1000).max_connections == few_descriptors - RESERVED_DESCRIPTORS
