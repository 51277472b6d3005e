"""Connections to the mail server: bounded in number, and reused for a short while."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import aiosmtplib

MAX_CONNECTIONS: Final = 10
"""Open at once, in use or idle; more e-mails wait. Mail servers limit them per client."""
IDLE_SECONDS: Final = 5.0
"""An idle connection is closed after this time; mail servers wait for minutes."""
MAX_EMAILS_PER_CONNECTION: Final = 50
"""Mail servers limit the e-mails of one connection, often to a hundred."""


class SmtpConnections:
    """Connections to one mail server, for use in one event loop."""

    def __init__(self, options: Mapping[str, Any], idle_seconds: float = IDLE_SECONDS) -> None:
        """Connect with these options of `aiosmtplib.SMTP`, when a connection is needed."""
        self._options = options
        self._idle_seconds = idle_seconds
        self._slots = asyncio.Semaphore(MAX_CONNECTIONS)
        self._idle: dict[aiosmtplib.SMTP, asyncio.TimerHandle] = {}
        self._uses: dict[aiosmtplib.SMTP, int] = {}
        self._closing: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def acquire(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """Yield a connection for one e-mail; it is reused unless its state is unknown."""
        async with self._slots:
            client = await self._reuse() or await self._connect()
            try:
                yield client
            except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused):
                self._release(client)  # the server refused, and aiosmtplib has reset the session
                raise
            except BaseException:
                self._drop(client)
                raise
            self._release(client)

    async def close(self) -> None:
        """Close all idle connections."""
        for client in [*self._idle]:
            self._expire(client)
        await asyncio.gather(*self._closing)

    async def _connect(self) -> aiosmtplib.SMTP:
        client = aiosmtplib.SMTP(**self._options)
        await client.connect()
        self._uses[client] = 0
        return client

    async def _reuse(self) -> aiosmtplib.SMTP | None:
        """Return an idle connection that the server has not closed."""
        while self._idle:
            client, timer = self._idle.popitem()
            timer.cancel()
            try:
                await client.noop()
            except (aiosmtplib.SMTPException, OSError):
                self._drop(client)
            except BaseException:
                self._drop(client)
                raise
            else:
                return client
        return None

    def _release(self, client: aiosmtplib.SMTP) -> None:
        self._uses[client] += 1
        timer = asyncio.get_running_loop().call_later(self._idle_seconds, self._expire, client)
        self._idle[client] = timer
        if self._uses[client] >= MAX_EMAILS_PER_CONNECTION:
            self._expire(client)

    def _expire(self, client: aiosmtplib.SMTP) -> None:
        self._idle.pop(client).cancel()
        task = asyncio.create_task(self._quit(client))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _quit(self, client: aiosmtplib.SMTP) -> None:
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            await client.quit()
        self._drop(client)

    def _drop(self, client: aiosmtplib.SMTP) -> None:
        del self._uses[client]
        client.close()
