"""A partner's door as a raw HTTP server: it answers what a test says, byte by byte, and remembers.

Written on sockets, because the answers that matter here are those no framework would give.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def response(status: int, body: bytes = b"", **headers: str) -> bytes:
    """Return a whole HTTP answer; `retry_after="3"` becomes `retry-after: 3`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in named.items()]
    lines += [f"content-length: {len(body)}", "connection: close", "", ""]
    return "\r\n".join([f"HTTP/1.1 {status} Word", *lines]).encode() + body


@dataclass
class Call:
    """One request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Doorstep:
    """What came, and what is answered; `silent` answers nothing and keeps the line open."""

    answer: bytes = OK
    silent: bool = False
    calls: list[Call] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        """Where claims are posted."""
        return f"http://127.0.0.1:{self.port}/claims?market=pl"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request and answer it."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            self.calls.append(await _read(reader))
            if self.silent:
                await reader.read()  # until the caller gives up
            writer.write(self.answer)
            await writer.drain()
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Call:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *rest = head.strip().split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Call(line, headers, body)


@contextlib.asynccontextmanager
async def opened() -> AsyncIterator[Doorstep]:
    """Serve on a free port of the loopback interface."""
    doorstep = Doorstep()
    server = await asyncio.start_server(doorstep.serve, "127.0.0.1", 0)
    doorstep.port = server.sockets[0].getsockname()[1]
    try:
        yield doorstep
    finally:
        server.close()
