"""What the mail server in use can do: asked again and again, and kept where claims are judged."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Final

from adapters.email.smtp import MailDoor
from adapters.postgres.database import Postgres
from domain.errors import DatabaseUnavailable, MailServerUnavailable

POLL_INTERVAL_SECONDS: Final = 60.0  # seconds
log = logging.getLogger("mail")


async def update_mail_capabilities(postgres: Postgres, door: MailDoor) -> None:
    """Ask once, and keep the answer; a server or a database that is away changes nothing."""
    try:
        takes_utf8 = await door.takes_utf8()
        await postgres.run("mail_server_asked", supports_smtputf8=takes_utf8)
    except (MailServerUnavailable, DatabaseUnavailable) as error:
        log.info("what the mail server can do was not learnt: %s", error)


@contextlib.asynccontextmanager
async def polling_mail_server(postgres: Postgres, door: MailDoor) -> AsyncIterator[None]:
    """Ask every minute for as long as the block lasts."""
    asking = asyncio.create_task(_poll(postgres, door))
    try:
        yield
    finally:
        asking.cancel()
        await asyncio.wait([asking])


async def _poll(postgres: Postgres, door: MailDoor) -> None:
    while True:
        await update_mail_capabilities(postgres, door)
        await asyncio.sleep(POLL_INTERVAL_SECONDS)
