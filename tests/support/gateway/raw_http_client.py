"""A small application behind the real server and middleware, and raw connections to it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from gateway.http.body_limits import MAX_PENDING_BYTES
from gateway.http.error_handlers import register_handlers
from gateway.http.middleware import SecurityMiddleware
from gateway.server.server_config import ServerConfig
from local.stack.ports import HOST
from tests.support.gateway.server import serve_app
from tests.support.sockets import listening_socket

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
GET = b"GET /hello HTTP/1.1\r\nhost: x\r\n"
POST = b"POST /v1/echo HTTP/1.1\r\nhost: x\r\n"


def build_small_app(max_pending_bytes: int) -> FastAPI:
    """Return a small application behind the security middleware."""
    app = FastAPI(redirect_slashes=False)

    @app.get("/hello")
    async def hello() -> Response:
        return PlainTextResponse("hello")

    @app.get("/who")
    async def who(request: Request) -> Response:
        return PlainTextResponse(f"{request.client and request.client.host} {request.url.scheme}")

    @app.get("/long")
    async def long() -> Response:
        return PlainTextResponse("x" * 20_000_000)

    @app.post("/v1/echo")
    async def echo(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    register_handlers(app)
    app.add_middleware(SecurityMiddleware, max_pending_bytes=max_pending_bytes)
    return app


class RawServer:
    """A server with the given deadlines and limits."""

    def __init__(self, port: int, config: ServerConfig) -> None:
        self.port, self.config = port, config

    @asynccontextmanager
    async def call(self, source: str = HOST) -> AsyncIterator[Streams]:
        """Open a connection from this loopback address."""
        reader, writer = await asyncio.open_connection(HOST, self.port, local_addr=(source, 0))
        try:
            yield reader, writer
        finally:
            writer.close()

    async def exchange(
        self, *pieces: bytes, pause: float = 0, until: float = 5, source: str = HOST
    ) -> bytes:
        """Send bytes and return the response; `TimeoutError` if the server does not close."""
        async with self.call(source) as (reader, writer):
            for piece in pieces:
                writer.write(piece)
                with contextlib.suppress(ConnectionError):
                    await writer.drain()
                await asyncio.sleep(pause)
            with contextlib.suppress(ConnectionError):
                return await asyncio.wait_for(reader.read(), until)
            return b""


@asynccontextmanager
async def run_raw_server(
    max_pending_bytes: int = MAX_PENDING_BYTES, **settings: float
) -> AsyncIterator[RawServer]:
    """Run a server with these settings."""
    app = build_small_app(max_pending_bytes)
    config = ServerConfig(app, shutdown_timeout=1, **settings)  # type: ignore[arg-type]
    with listening_socket() as listening:
        async with serve_app(app, listening, config):
            yield RawServer(listening.getsockname()[1], config)
