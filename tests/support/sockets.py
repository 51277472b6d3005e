"""Sockets of servers in tests, and waiting until a port is open."""

import asyncio
import socket
from typing import Final

from local.stack import readiness
from local.stack.ports import HOST

TIMEOUT_SECONDS: Final = 20.0


def listening_socket() -> socket.socket:
    """A socket that listens on a free port of the loopback interface.

    The protocol is named: only then asyncio disables Nagle's algorithm, and the second part of a
    response is not delayed by 40 ms.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.bind((HOST, 0))
    bound.listen()
    return bound


async def wait_for_port(port: int) -> None:
    """Return as soon as a program accepts connections on the port; raises `TimeoutError`."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        await readiness.wait_for_port(port)
