"""Pending bodies have a common limit: large ones do not block small ones."""

import asyncio
from collections.abc import AsyncIterator

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from gateway.http.body_limits import ALWAYS_READ_BYTES
from gateway.http.middleware import SecurityMiddleware

MAX_PENDING = 100_000


async def read(request: Request) -> PlainTextResponse:
    """Read a whole body and return its length."""
    return PlainTextResponse(str(len(await request.body())))


READER = Starlette(routes=[Route("/{path:path}", read, methods=["POST"])])


async def never_ending(started: asyncio.Event) -> AsyncIterator[bytes]:
    """Send a body without its end."""
    yield b"x" * MAX_PENDING
    started.set()
    await asyncio.Event().wait()


async def test_unfinished_bodies_do_not_block_small_ones() -> None:
    transport = httpx.ASGITransport(app=SecurityMiddleware(READER, max_pending_bytes=MAX_PENDING))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        started = asyncio.Event()
        unfinished = asyncio.create_task(client.post("/v1/links", content=never_ending(started)))
        await started.wait()
        small, large = b"x" * ALWAYS_READ_BYTES, b"x" * (ALWAYS_READ_BYTES + 1)
        assert (await client.post("/v1/tickets", content=small)).text == str(ALWAYS_READ_BYTES)
        assert (await client.post("/v1/links", content=large)).status_code == 503
        unfinished.cancel()
        await asyncio.wait([unfinished])
        assert (await client.post("/v1/links", content=large)).status_code == 200
