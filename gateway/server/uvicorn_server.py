"""Serving the application with uvicorn until a signal."""

import logging
import signal
import socket
from typing import Final

import uvicorn

from gateway.server.log_filter import RepeatedLineFilter
from gateway.server.server_config import ServerConfig

log = logging.getLogger("gateway")
SOCKET_BACKLOG: Final = 1024
"""Connections that the operating system queues until they are accepted."""


class Server(uvicorn.Server):
    """A server whose queue of new connections is longer than the batch that it accepts at once."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening."""
        await super().startup(sockets)
        for listening in sockets or []:
            listening.listen(SOCKET_BACKLOG)
            log.info("listening at %s, port %d", *listening.getsockname()[:2])


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


def serve(config: ServerConfig, listening: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C. uvicorn raises the signal again at its end, which is ignored:
    a stop is no failure.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    for name in ("asyncio", "uvicorn.error"):
        logging.getLogger(name).addFilter(RepeatedLineFilter())
    Server(config).run(sockets=[listening])
