"""A raw HTTP server instead of a partner: it sends given bytes and records requests.

It uses sockets, because no framework would send the responses that matter here.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def response(status: int, body: bytes = b"", **headers: str) -> bytes:
    """Return a complete HTTP response; `retry_after="3"` becomes `retry-after: 3`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in named.items()]
    lines += [f"content-length: {len(body)}", "connection: close", "", ""]
    return "\r\n".join([f"HTTP/1.1 {status} Word", *lines]).encode() + body


@dataclass
class Call:
    """A received request."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class RawHttpServer:
    """Records requests; responds with `answer`, or never, with the connection left open."""

    answer: bytes = OK
    never_responds: bool = False
    calls: list[Call] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        """The URL to post claims to."""
        return f"http://127.0.0.1:{self.port}/claims?market=pl"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle one request."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            self.calls.append(await _read_request(reader))
            if self.never_responds:
                await reader.read()  # until the caller gives up
            writer.write(self.answer)
            await writer.drain()
        writer.close()


async def _read_request(reader: asyncio.StreamReader) -> Call:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *rest = head.strip().split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (text.partition(":") for text in rest)
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Call(line, headers, body)


@contextlib.asynccontextmanager
async def run_raw_http_server() -> AsyncIterator[RawHttpServer]:
    """Serve on a free port of the loopback interface."""
    raw = RawHttpServer()
    server = await asyncio.start_server(raw.serve, "127.0.0.1", 0)
    raw.port = server.sockets[0].getsockname()[1]
    try:
        yield raw
    finally:
        server.close()
