"""The security log: who came in and out, who was refused, who looked at whose ticket.

One line of JSON for each event, on the logger `security` (docs/operations.md names them). No token,
secret or claim ever stands in it; whatever else came from outside is bounded and escaped, so that
no text can make a line of its own. What strangers can repeat at will is written so often a minute,
and counted beyond.
"""

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from enum import StrEnum
from typing import Final

from asgi_correlation_id import correlation_id
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.errors import RequestRejected

log = logging.getLogger("security")
MAX_LINES_PER_MINUTE: Final = 60
"""Lines of one event that strangers can cause."""
_MINUTE: Final = 60.0
_REPORT_INTERVAL_SECONDS: Final = 1.0
_LONGEST: Final = 250
_address: ContextVar[str | None] = ContextVar("address", default=None)


class SecurityEvent(StrEnum):
    """What is written down."""

    TOKEN_REFUSED = "token_refused"  # noqa: S105  (the name of an event)
    ROLE_REFUSED = "role_refused"
    ACCOUNT_REFUSED = "account_refused"
    SIGNATURE_REFUSED = "signature_refused"
    LINK_REFUSED = "link_refused"
    LOGIN_TOKEN_REFUSED = "login_token_refused"  # noqa: S105  (the name of an event)
    CSRF_TOKEN_REFUSED = "csrf_token_refused"  # noqa: S105  (the name of an event)
    RATE_LIMITED = "rate_limited"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SESSION_REPLACED = "session_replaced"
    SESSIONS_ENDED = "sessions_ended"
    TICKET_READ = "ticket_read"
    TICKETS_SEARCHED = "tickets_searched"
    TICKET_ACTED_ON = "ticket_acted_on"
    OPERATOR_ACTED = "operator_acted"


UNAUTHENTICATED_EVENTS: Final = frozenset(
    {
        SecurityEvent.TOKEN_REFUSED,
        SecurityEvent.ROLE_REFUSED,
        SecurityEvent.ACCOUNT_REFUSED,
        SecurityEvent.SIGNATURE_REFUSED,
        SecurityEvent.LINK_REFUSED,
        SecurityEvent.LOGIN_TOKEN_REFUSED,
        SecurityEvent.CSRF_TOKEN_REFUSED,
        SecurityEvent.RATE_LIMITED,
    }
)
"""What anybody can cause as often as they like."""


class LineLimiter:
    """Lets so many lines of an event through in a minute, and counts the others."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Count by `clock`, in seconds."""
        self._clock = clock
        self._began = clock()
        self._seen: Counter[SecurityEvent] = Counter()

    def admits(self, event: SecurityEvent) -> bool:
        """Count an event; say whether it is to be written."""
        self._seen[event] += 1
        return event not in UNAUTHENTICATED_EVENTS or self._seen[event] <= MAX_LINES_PER_MINUTE

    def suppressed(self) -> dict[SecurityEvent, int]:
        """Return how often each event was left out, when a minute is over; a new one begins."""
        if self._clock() - self._began < _MINUTE:
            return {}
        seen, self._seen, self._began = self._seen, Counter(), self._clock()
        return {
            event: count - MAX_LINES_PER_MINUTE
            for event, count in seen.items()
            if event in UNAUTHENTICATED_EVENTS and count > MAX_LINES_PER_MINUTE
        }


_limiter: Final = LineLimiter()


class ClientAddressMiddleware:
    """Middleware: remembers from which address a call came, as the server knows it."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand around `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a call through."""
        client = scope.get("client")
        _address.set(client[0] if client else None)
        await self._app(scope, receive, send)


def log_event(event: SecurityEvent, **told: str | int | None) -> None:
    """Write an event down, with the address and the id of the call in which it happened.

    `told`: codes, numbers of tickets, subjects and partners; never a token, a secret or a claim.
    """
    log_suppressed()
    if _limiter.admits(event):
        _write(event, {"address": _address.get(), "request_id": correlation_id.get(), **told})


def log_search(agent: str, by: Sequence[str], found: int) -> None:
    """Write down that an agent looked tickets up: by what kinds of keys, never by which."""
    log_event(SecurityEvent.TICKETS_SEARCHED, agent=agent, by=",".join(by), found=found)


@contextmanager
def log_refusals(event: SecurityEvent, **told: str | int | None) -> Iterator[None]:
    """Write `event` down where a token, a signature or a link is refused."""
    try:
        yield
    except RequestRejected:
        log_event(event, **told)
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
    """Write down how much of the last minute was left out."""
    for event, count in _limiter.suppressed().items():
        _write(event, {"suppressed": count})


def _write(event: SecurityEvent, told: dict[str, str | int | None]) -> None:
    known = {name: _bounded(value) for name, value in told.items() if value is not None}
    line = json.dumps({"event": event.value, **known})
    log.info("%s", line.replace("\x7f", "\\u007f"))


def _bounded(value: str | int) -> str | int:
    return value[:_LONGEST] if isinstance(value, str) else value
