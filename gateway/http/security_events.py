"""The events of the security log, and the limit on those that anybody can cause."""

import time
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import Final

MAX_LINES_PER_MINUTE: Final = 60
"""Lines for one event that unauthenticated callers can cause."""
_MINUTE: Final = 60.0


class SecurityEvent(StrEnum):
    """What the security log records."""

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
    STATUS_LINKS_REVOKED = "status_links_revoked"
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
"""Events that anybody can cause as often as they like."""


class LineLimiter:
    """Admits a limited number of lines per event and minute, and counts the suppressed ones."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` returns seconds."""
        self._clock = clock
        self._minute_started_at = clock()
        self._seen: Counter[SecurityEvent] = Counter()

    def admits(self, event: SecurityEvent) -> bool:
        """Count an event; say whether it is logged."""
        self._seen[event] += 1
        return event not in UNAUTHENTICATED_EVENTS or self._seen[event] <= MAX_LINES_PER_MINUTE

    def suppressed(self) -> dict[SecurityEvent, int]:
        """Return the suppressed lines of each event if the minute is over, and start the next."""
        if self._clock() - self._minute_started_at < _MINUTE:
            return {}
        seen, self._seen, self._minute_started_at = self._seen, Counter(), self._clock()
        return {
            event: count - MAX_LINES_PER_MINUTE
            for event, count in seen.items()
            if event in UNAUTHENTICATED_EVENTS and count > MAX_LINES_PER_MINUTE
        }
