"""Sockets that servers listen on."""

import socket

from domain.errors import InvalidConfiguration
from settings.field_types import host_and_port


def bind(setting: str, address: str) -> socket.socket:
    """Bind a socket to `host:port`, the value of `setting`; raises `InvalidConfiguration`."""
    try:
        return listen(*host_and_port(address))
    except OSError as error:
        expected = f"cannot listen at {address}: {error.strerror}"
        raise InvalidConfiguration("environment", setting, expected) from None


def listen(host: str, port: int) -> socket.socket:
    """Bind a socket for `host`, a name or an address of either family; raises `OSError`.

    The protocol is TCP explicitly: only then asyncio disables Nagle's algorithm.
    """
    found = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
    )
    family, kind, protocol, _, address = found[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound
