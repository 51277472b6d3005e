"""Waiting until the programs of the local stack answer."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Final

import httpx

from local.stack.ports import HOST

POLL_SECONDS: Final = 0.02


async def run_concurrently(*steps: Coroutine[None, None, None]) -> None:
    """Run all steps; the first that fails cancels the others, and its exception is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for step in steps:
                group.create_task(step)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None


async def wait_for_port(port: int) -> None:
    """Return as soon as a program accepts connections on the port of the loopback interface."""
    while True:
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            await asyncio.sleep(POLL_SECONDS)
        else:
            writer.close()
            return


async def wait_until_ready(url: str) -> None:
    """Return as soon as the gateway's readiness probe succeeds."""
    async with httpx.AsyncClient(trust_env=False) as http:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if (await http.get(url)).is_success:
                    return
            await asyncio.sleep(POLL_SECONDS)
