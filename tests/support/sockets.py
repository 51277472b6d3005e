"""Sockets on which servers of the tests listen."""

import socket

from local.stack.ports import HOST


def listening_socket() -> socket.socket:
    """A socket that listens on a free port of the loopback interface.

    It is TCP by name: only then asyncio sends what is written at once, and an answer does not wait
    40 ms for its second half.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.bind((HOST, 0))
    bound.listen()
    return bound
