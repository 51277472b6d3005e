"""Whether the gateway can work, remembered for a second: whoever asks, the parts are asked once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

CACHE_SECONDS: Final = 1.0


class Readiness:
    """The last answer, and the one question that is under way."""

    def __init__(self) -> None:
        """Begin without an answer."""
        self._asking = asyncio.Lock()
        self._answered_at = float("-inf")
        self._is_ready = False

    async def known(self, ask: Callable[[], Awaitable[bool]]) -> bool:
        """Return what `ask` says, or said within the last second."""
        async with self._asking:
            if time.monotonic() - self._answered_at >= CACHE_SECONDS:
                self._is_ready = await ask()
                self._answered_at = time.monotonic()
            return self._is_ready
