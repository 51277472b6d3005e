"""A TCP proxy between the worker and a server; a test can cut and restore its connections."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from local.stack.ports import HOST

CHUNK = 65536  # bytes


class TcpProxy:
    """Passes TCP connections on to `port` of this machine, unless it is cut."""

    def __init__(self, port: int) -> None:
        """Use `open_proxy` instead."""
        self._port = port
        self._is_cut = False
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    def cut(self) -> None:
        """Break every connection, and every new one, from now on."""
        self._is_cut = True
        for writer in self._open:
            writer.transport.abort()

    def restore(self) -> None:
        """Pass new connections on again."""
        self._is_cut = False

    async def stop(self) -> None:
        """Close all connections."""
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a new connection."""
        task = asyncio.create_task(self._forward(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection(HOST, self._port)
        self._open |= {writer, server_writer}
        try:
            if not self._is_cut:  # `cut` may come while the connection is being opened
                await asyncio.gather(_copy(reader, server_writer), _copy(server_reader, writer))
        finally:
            self._open -= {writer, server_writer}
            for open_writer in (writer, server_writer):
                open_writer.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def open_proxy(port: int) -> AsyncIterator[TcpProxy]:
    """A proxy to the server on `port`, on a free port."""
    proxy = TcpProxy(port)
    listener = await asyncio.start_server(proxy.accept, HOST, 0)
    proxy.port = int(listener.sockets[0].getsockname()[1])
    try:
        yield proxy
    finally:
        listener.close()
        await proxy.stop()
