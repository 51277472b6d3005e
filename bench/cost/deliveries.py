"""Waiting for delivered claims; imports nothing that a peer's environment lacks."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

POLL_SECONDS: Final = 0.05


class DeliveryWatcher:
    """Waits for the deliveries of many tickets, with one query for all."""

    def __init__(self, find_delivered: Callable[[list[str]], Awaitable[Sequence[str]]]) -> None:
        """`find_delivered` returns those of some tickets whose partner has the claim."""
        self._find_delivered = find_delivered
        self._undelivered: dict[str, asyncio.Event] = {}

    async def wait(self, number: str) -> None:
        """Wait until the partner has a ticket's claim; `watch` must run meanwhile."""
        delivered = self._undelivered[number] = asyncio.Event()
        await delivered.wait()

    async def watch(self) -> None:
        """Look for delivered claims until cancelled."""
        while True:
            if self._undelivered:
                for number in await self._find_delivered([*self._undelivered]):
                    self._undelivered.pop(number).set()
            await asyncio.sleep(POLL_SECONDS)
