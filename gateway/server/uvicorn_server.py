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


def serve(config: ServerConfig, listening: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C. uvicorn raises the signal again at its end, which is ignored:
    a stop is no failure.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    for name in ("asyncio", "uvicorn.error"):
        logging.getLogger(name).addFilter(RepeatedLineFilter())
    Server(config).run(sockets=[listening])
