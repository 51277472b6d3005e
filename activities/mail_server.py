"""Polls the capabilities of the mail server, and stores them for the assessment of claims."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Final

from adapters.email.smtp import SmtpMailer
from adapters.postgres.database import Database
from adapters.postgres.tickets.email_queue import store_mail_capabilities
from domain.errors import DatabaseUnavailable, MailServerUnavailable

POLL_INTERVAL_SECONDS: Final = 60.0
log = logging.getLogger("mail")


async def update_mail_capabilities(database: Database, mailer: SmtpMailer) -> None:
    """Query the server once and store its capabilities; an outage changes nothing."""
    try:
        supported = await mailer.takes_utf8()
        await store_mail_capabilities(database, supports_smtputf8=supported)
    except (MailServerUnavailable, DatabaseUnavailable) as error:
        log.info("the capabilities of the mail server are not known: %s", error)


@contextlib.asynccontextmanager
async def polling_mail_server(database: Database, mailer: SmtpMailer) -> AsyncIterator[None]:
    """Poll the server every minute inside this context."""
    polling = asyncio.create_task(_poll(database, mailer))
    try:
        yield
    finally:
        polling.cancel()
        await asyncio.wait([polling])


async def _poll(database: Database, mailer: SmtpMailer) -> None:
    while True:
        await update_mail_capabilities(database, mailer)
        await asyncio.sleep(POLL_INTERVAL_SECONDS)
