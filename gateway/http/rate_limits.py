"""Rate limits of authenticated callers. The only module that imports `limits`.

Each gateway process counts for itself. Only verified keys are counted (a token's subject, a partner
with a valid signature, the ticket of a valid link), so that anonymous callers cannot fill the
memory; a key is dropped two windows after its last use.
"""

import logging
import math
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from domain.codes import RefusalCode
from gateway.http.problems import Problem
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_event

log = logging.getLogger("gateway")
LimitKind = Literal[
    "partner_calls",
    "partner_outcomes",
    "partner_page",
    "member_page",
    "status_page",
    "ticket",
    "answers",
    "token",
    "account",
]
LIMITS: Final[Mapping[LimitKind, RateLimitItem]] = MappingProxyType(
    {
        "partner_calls": RateLimitItemPerMinute(600),  # a partner's signed calls
        "partner_outcomes": RateLimitItemPerMinute(20_000),  # the items in them
        "partner_page": RateLimitItemPerMinute(60),  # requests to the page of one partner's link
        "member_page": RateLimitItemPerMinute(60),  # requests to the page of one member's link
        "status_page": RateLimitItemPerMinute(30),  # requests to one ticket's status page
        "ticket": RateLimitItemPerMinute(60),  # requests to one ticket, of members or of agents
        "answers": RateLimitItemPerDay(20),  # a member's answers to one ticket, by API or page
        "token": RateLimitItemPerMinute(6_000),  # calls of one token's subject
        "account": RateLimitItemPerMinute(120),  # requests for one account
    }
)
_LOG_INTERVAL_SECONDS: Final = 60.0
"""Between two log lines about one limit."""


class RequestRateLimiter:
    """Sliding windows for every limit and key, in memory."""

    def __init__(self, limits: Mapping[LimitKind, RateLimitItem] = LIMITS) -> None:
        """Start with empty windows."""
        self._limits = limits
        # One storage for each limit: a storage scans all its keys at every use.
        self._windows = {kind: SlidingWindowCounterRateLimiter(MemoryStorage()) for kind in limits}
        self._logged_at: dict[str, float] = {}

    async def hit(self, kind: LimitKind, key: str, cost: int = 1) -> None:
        """Consume `cost` of a key's limit.

        Raises `too_many_requests` (429 with `Retry-After`), and consumes nothing, if less is left.
        """
        limit, window = self._limits[kind], self._windows[kind]
        if await window.hit(limit, key, cost=cost):
            return
        stats = await window.get_window_stats(limit, key)
        seconds = max(1, math.ceil(stats.reset_time - time.time()))
        self._log_exceeded(kind, key)
        log_event(SecurityEvent.RATE_LIMITED, limit=kind, key=key)
        raise Problem(RefusalCode.TOO_MANY_REQUESTS, headers={"retry-after": str(seconds)})

    def _log_exceeded(self, kind: LimitKind, key: str) -> None:
        """Log a key that exceeds a limit, at most once a minute for each limit."""
        now = time.monotonic()
        if now - self._logged_at.get(kind, -math.inf) >= _LOG_INTERVAL_SECONDS:
            self._logged_at[kind] = now
            log.warning("rate limit %s exceeded by %s", kind, key)
