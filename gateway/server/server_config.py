"""The server's configuration: deadlines and limits that uvicorn does not have itself.

A head has to arrive within ten seconds from its first byte (or from the start of the connection), a
body within thirty; each piece of a response has to be read within thirty. See the decision on
serving HTTP in docs/decisions.
"""

from typing import Final

from starlette.types import ASGIApp

from gateway.server.connections import ACCEPT_BACKLOG, ConnectionRegistry
from gateway.server.deadline_protocol import DeadlineConfig, DeadlineProtocol

SHUTDOWN_TIMEOUT_SECONDS: Final = 15
"""For requests in progress at a stop: longer than the gateway waits for an admission."""
_HEAD_TIMEOUT_SECONDS: Final = 10.0
_BODY_TIMEOUT_SECONDS: Final = 30.0
_RESPONSE_TIMEOUT_SECONDS: Final = 30.0


class ServerConfig(DeadlineConfig):
    """How an application is served. `trusted_proxies` may name the client's address."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_connections: int = 1000,
        keep_alive: int = 75,
        trusted_proxies: str = "127.0.0.1,::1",
        head_timeout: float = _HEAD_TIMEOUT_SECONDS,
        body_timeout: float = _BODY_TIMEOUT_SECONDS,
        response_timeout: float = _RESPONSE_TIMEOUT_SECONDS,
        shutdown_timeout: int = SHUTDOWN_TIMEOUT_SECONDS,
    ) -> None:
        """Serve `app`; all times in seconds."""
        super().__init__(
            app,
            http=DeadlineProtocol,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            backlog=ACCEPT_BACKLOG,
            timeout_keep_alive=keep_alive,
            timeout_graceful_shutdown=shutdown_timeout,
            proxy_headers=True,
            forwarded_allow_ips=trusted_proxies,
        )
        self.connections = ConnectionRegistry(max_connections)
        self.response_timeout = response_timeout
        self.phase_timeouts = {"head": head_timeout, "idle": keep_alive, "body": body_timeout}
