"""Runs units of work some at once; imports nothing that a peer's environment lacks."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

CONCURRENT: Final = 40
Prepared = tuple[dict[str, Any], str]
"""A claim and its key."""
Run = Callable[[dict[str, Any], str], Awaitable[str]]
"""Does one unit of work with a prepared claim and its key; returns the id of its workflow."""


async def run_at_once(run: Run, prepared: Sequence[Prepared]) -> list[str]:
    """Run a unit for every prepared claim, `CONCURRENT` at once; return their ids."""
    slots = asyncio.Semaphore(CONCURRENT)

    async def one(claim: dict[str, Any], key: str) -> str:
        async with slots:
            return await run(claim, key)

    return await asyncio.gather(*(one(*each) for each in prepared))
