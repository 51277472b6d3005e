"""Rate limits: how often whoever is known may call (docs/decisions/0050). The one door to `limits`.

Counted in this process alone: several gateways each give the whole share. Only what was verified is
a key (a token's subject, a partner whose signature was right, the ticket of a valid link), so that
strangers cannot fill the memory; a key is forgotten two windows after its last use.
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

from gateway.http.problems import Problem
from gateway.http.security_log import SecurityEvent, log_event

log = logging.getLogger("gateway")
LimitKind = Literal[
    "partner_calls",
    "partner_outcomes",
    "partner_page",
    "member_page",
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
        "ticket": RateLimitItemPerMinute(60),  # requests to one ticket, of members or of agents
        "answers": RateLimitItemPerDay(20),  # a member's answers to one ticket, by whatever door
        "token": RateLimitItemPerMinute(6_000),  # calls of one token's subject
        "account": RateLimitItemPerMinute(120),  # what is done for one account
    }
)
_LOG_INTERVAL_SECONDS: Final = 60.0
"""Seconds between two log lines about one limit."""


class RequestRateLimiter:
    """What has been used of each limit, in memory."""

    def __init__(self, limits: Mapping[LimitKind, RateLimitItem] = LIMITS) -> None:
        """Begin with nothing used."""
        self._limits = limits
        # One storage each: it looks through all its keys at every use.
        self._windows = {kind: SlidingWindowCounterRateLimiter(MemoryStorage()) for kind in limits}
        self._logged_at: dict[str, float] = {}

    async def hit(self, kind: LimitKind, key: str, cost: int = 1) -> None:
        """Use `cost` of what `key` may do; raises `Problem("too_many_requests")` (429 with
        `Retry-After`) where that is more than is left, and uses nothing then.
        """
        limit, window = self._limits[kind], self._windows[kind]
        if await window.hit(limit, key, cost=cost):
            return
        stats = await window.get_window_stats(limit, key)
        seconds = max(1, math.ceil(stats.reset_time - time.time()))
        self._log_exceeded(kind, key)
        log_event(SecurityEvent.RATE_LIMITED, limit=kind, key=key)
        raise Problem("too_many_requests", headers={"retry-after": str(seconds)})

    def _log_exceeded(self, kind: LimitKind, key: str) -> None:
        """Log who is over a limit, once a minute for each limit: a flood must not fill the log."""
        now = time.monotonic()
        if now - self._logged_at.get(kind, -math.inf) >= _LOG_INTERVAL_SECONDS:
            self._logged_at[kind] = now
            log.warning("over the limit %s: %s", kind, key)
