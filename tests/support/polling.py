"""Polling until a test's expectation holds, with a time-out."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

TIMEOUT_SECONDS: Final = 45.0
"""A step that a stopping worker has lost is repeated after thirty seconds."""
POLL_SECONDS: Final = 0.02


async def wait_until(query: Callable[[], Awaitable[T]], is_expected: Callable[[T], bool]) -> T:
    """Repeat `query` until its result is expected; fail with the last result after the time-out."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not is_expected(found := await query()):
        assert time.monotonic() < deadline, f"still {found}"
        await asyncio.sleep(POLL_SECONDS)
    return found
