"""Waiting for what a test expects, with a time-out."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

TIMEOUT_SECONDS: Final = 45.0
"""A step that a stopping worker has lost is repeated after thirty seconds."""
POLL_SECONDS: Final = 0.02


async def wait_until(look: Callable[[], Awaitable[T]], fits: Callable[[T], bool]) -> T:
    """What `look` finds once it fits; fails with what was found last."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not fits(found := await look()):
        assert time.monotonic() < deadline, f"still {found}"
        await asyncio.sleep(POLL_SECONDS)
    return found
