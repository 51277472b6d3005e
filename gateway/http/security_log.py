"""The security log: sign-ins and sign-outs, refusals, and access of agents to tickets.

One line of JSON for each event on the logger `security` (see docs/operations.md). No token, secret
or claim is logged. Other input is truncated and escaped, so that it cannot forge a line. Events
that anybody can cause are limited per minute; the suppressed ones are counted.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from typing import Final

from asgi_correlation_id import correlation_id
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.errors import RequestRejected
from gateway.http.security_events import LineLimiter, SecurityEvent

log = logging.getLogger("security")
_REPORT_INTERVAL_SECONDS: Final = 1.0
_MAX_VALUE_LENGTH: Final = 250
_client_address: ContextVar[str | None] = ContextVar("client_address", default=None)
_limiter: Final = LineLimiter()


class ClientAddressMiddleware:
    """Remembers the client's address, as the server knows it, for the log lines of a request."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        client = scope.get("client")
        _client_address.set(client[0] if client else None)
        await self._app(scope, receive, send)


def log_event(event: SecurityEvent, **fields: str | int | None) -> None:
    """Log an event with the client's address and the id of the request.

    `fields`: codes, ticket numbers, subjects and partners; never a token, a secret or a claim.
    """
    log_suppressed()
    if _limiter.admits(event):
        request = {"address": _client_address.get(), "request_id": correlation_id.get()}
        _write(event, {**request, **fields})


def log_search(agent: str, by: Sequence[str], found: int) -> None:
    """Log that an agent searched for tickets: the names of the filters, never their values."""
    log_event(SecurityEvent.TICKETS_SEARCHED, agent=agent, by=",".join(by), found=found)


@contextmanager
def log_refusals(event: SecurityEvent, **fields: str | int | None) -> Iterator[None]:
    """Log `event` if a token, a signature or a link is refused."""
    try:
        yield
    except RequestRejected:
        log_event(event, **fields)
        raise


@asynccontextmanager
async def report_suppressed() -> AsyncIterator[None]:
    """Log the number of suppressed lines regularly, also when no further event happens."""

    async def report() -> None:
        while True:
            await asyncio.sleep(_REPORT_INTERVAL_SECONDS)
            log_suppressed()

    task = asyncio.create_task(report())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def log_suppressed() -> None:
    """Log how many lines of the last minute were suppressed."""
    for event, count in _limiter.suppressed().items():
        _write(event, {"suppressed": count})


def _write(event: SecurityEvent, fields: dict[str, str | int | None]) -> None:
    known = {name: _truncated(value) for name, value in fields.items() if value is not None}
    line = json.dumps({"event": event.value, **known})
    log.info("%s", line.replace("\x7f", "\\u007f"))


def _truncated(value: str | int) -> str | int:
    return value[:_MAX_VALUE_LENGTH] if isinstance(value, str) else value
