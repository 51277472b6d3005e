"""How the local HTTP servers run: on loopback, logging errors only, stopped by SIGTERM."""

import asyncio
import signal
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from local.stack.ports import HOST

SHUTDOWN_TIMEOUT_SECONDS = 1  # second for responses in progress at the end


class AbortableProtocol(H11Protocol):
    """HTTP whose connection an application can drop: its scope contains `drop_connection`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give every request of this connection the means to abort it."""
        super().connection_made(transport)
        application = self.app

        async def with_means(scope: Any, receive: Any, send: Any) -> None:
            scope["drop_connection"] = transport.abort
            await application(scope, receive, send)

        self.app = with_means


def server(application: Starlette, port: int) -> uvicorn.Server:
    """A server for the application that is ready to `serve()`."""
    config = uvicorn.Config(
        application,
        host=HOST,
        port=port,
        http=AbortableProtocol,
        ws="none",
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_SECONDS,
    )
    return uvicorn.Server(config)


def abort_connection(scope: Any) -> Callable[[], None]:
    """What cuts off the connection of this request, where the server can do that."""
    drop: Callable[[], None] = scope.get("drop_connection", lambda: None)
    return drop


def ignore_signals() -> None:
    """Ignore SIGTERM and SIGINT outside of the server, which raises them again at its end."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
