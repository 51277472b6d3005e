"""A readiness check whose result is cached for a second, however many callers ask."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

CACHE_SECONDS: Final = 1.0


class Readiness:
    """The cached result, and a lock for the check in progress."""

    def __init__(self) -> None:
        """Start without a result."""
        self._lock = asyncio.Lock()
        self._checked_at = float("-inf")
        self._is_ready = False

    async def check(self, is_ready: Callable[[], Awaitable[bool]]) -> bool:
        """Return the result of `is_ready`, or that of the last second."""
        async with self._lock:
            if time.monotonic() - self._checked_at >= CACHE_SECONDS:
                self._is_ready = await is_ready()
                self._checked_at = time.monotonic()
            return self._is_ready
