"""Readiness: whether a program can work. Its result is cached for a second, however many callers
ask; the log names what is missing, once.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

CACHE_SECONDS: Final = 1.0
log = logging.getLogger("readiness")

Check: TypeAlias = Callable[[], Awaitable[str]]
"""Returns what is missing, or ""."""


class Readiness:
    """The checks, their cached result, and a lock for those in progress."""

    def __init__(self, checks: Sequence[Check]) -> None:
        """Start without a result."""
        self._checks = checks
        self._lock = asyncio.Lock()
        self._checked_at = float("-inf")
        self._missing = ""

    async def check(self) -> bool:
        """Return whether nothing was missing, now or within the last second."""
        async with self._lock:
            if time.monotonic() - self._checked_at >= CACHE_SECONDS:
                found = await asyncio.gather(*(check() for check in self._checks))
                self._note("; ".join(filter(None, found)))
                self._checked_at = time.monotonic()
            return not self._missing

    def _note(self, missing: str) -> None:
        if missing and missing != self._missing:
            log.error("not ready: %s", missing)
        elif self._missing and not missing:
            log.info("ready again")
        self._missing = missing
