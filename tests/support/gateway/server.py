"""Serving an application in the event loop of the tests."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from gateway.server.server_config import ServerConfig
from gateway.server.uvicorn_server import Server


class InProcessServer(Server):
    """A server that does not touch the signal handlers of the test run."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture no signal."""
        yield


@asynccontextmanager
async def serve_app(
    app: ASGIApp, listening: socket.socket, config: ServerConfig | None = None
) -> AsyncIterator[None]:
    """Serve an application on a bound socket, in this event loop."""
    server = InProcessServer(config or ServerConfig(app, shutdown_timeout=1))
    serving = asyncio.create_task(server.serve([listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving
