"""The security log: who came in and out, who was refused, who looked at whose ticket.

One line of JSON for each event, on the logger `security` (docs/operations.md names them). No token,
secret or claim ever stands in it; whatever else came from outside is bounded and escaped, so that
no text can make a line of its own. What strangers can repeat at will is written so often a minute,
and counted beyond.
"""

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Final

from asgi_correlation_id import correlation_id
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.errors import MessageRefused

log = logging.getLogger("security")
MOST_A_MINUTE: Final = 60
"""Lines of one event that strangers can cause."""
_MINUTE: Final = 60.0
_LONGEST: Final = 250
_address: ContextVar[str | None] = ContextVar("address", default=None)


class SecurityEvent(StrEnum):
    """What is written down."""

    TOKEN_REFUSED = "token_refused"  # noqa: S105  (the name of an event)
    ROLE_REFUSED = "role_refused"
    ACCOUNT_REFUSED = "account_refused"
    SIGNATURE_REFUSED = "signature_refused"
    LINK_REFUSED = "link_refused"
    HANDOVER_REFUSED = "handover_refused"
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


STRANGERS: Final = frozenset(
    {
        SecurityEvent.TOKEN_REFUSED,
        SecurityEvent.ROLE_REFUSED,
        SecurityEvent.ACCOUNT_REFUSED,
        SecurityEvent.SIGNATURE_REFUSED,
        SecurityEvent.LINK_REFUSED,
        SecurityEvent.HANDOVER_REFUSED,
        SecurityEvent.CSRF_TOKEN_REFUSED,
        SecurityEvent.RATE_LIMITED,
    }
)
"""What anybody can cause as often as they like."""


class Pace:
    """Lets so many lines of an event through in a minute, and counts the others."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Count by `clock`, in seconds."""
        self._clock = clock
        self._began = clock()
        self._seen: Counter[SecurityEvent] = Counter()

    def admits(self, event: SecurityEvent) -> bool:
        """Count an event; say whether it is to be written."""
        self._seen[event] += 1
        return event not in STRANGERS or self._seen[event] <= MOST_A_MINUTE

    def left_out(self) -> dict[SecurityEvent, int]:
        """Return how often each event was left out, when a minute is over; a new one begins."""
        if self._clock() - self._began < _MINUTE:
            return {}
        seen, self._seen, self._began = self._seen, Counter(), self._clock()
        return {
            event: count - MOST_A_MINUTE
            for event, count in seen.items()
            if event in STRANGERS and count > MOST_A_MINUTE
        }


_pace: Final = Pace()


class Addresses:
    """Middleware: remembers from which address a call came, as the server knows it."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand around `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a call through."""
        client = scope.get("client")
        _address.set(client[0] if client else None)
        await self._app(scope, receive, send)


def tell(event: SecurityEvent, **told: str | int | None) -> None:
    """Write an event down, with the address and the id of the call in which it happened.

    `told`: codes, numbers of tickets, subjects and partners; never a token, a secret or a claim.
    """
    tell_left_out()
    if _pace.admits(event):
        _write(event, {"address": _address.get(), "request_id": correlation_id.get(), **told})


def tell_search(agent: str, by: Sequence[str], found: int) -> None:
    """Write down that an agent looked tickets up: by what kinds of keys, never by which."""
    tell(SecurityEvent.TICKETS_SEARCHED, agent=agent, by=",".join(by), found=found)


@contextmanager
def telling_refusals(event: SecurityEvent, **told: str | int | None) -> Iterator[None]:
    """Write `event` down where a token, a signature or a link is refused."""
    try:
        yield
    except MessageRefused:
        tell(event, **told)
        raise


def tell_left_out() -> None:
    """Write down how much of the last minute was left out."""
    for event, count in _pace.left_out().items():
        _write(event, {"left_out": count})


def _write(event: SecurityEvent, told: dict[str, str | int | None]) -> None:
    known = {name: _bounded(value) for name, value in told.items() if value is not None}
    line = json.dumps({"event": event.value, **known})
    log.info("%s", line.replace("\x7f", "\\u007f"))


def _bounded(value: str | int) -> str | int:
    return value[:_LONGEST] if isinstance(value, str) else value
