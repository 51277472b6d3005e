"""Sends webhooks to the platform: each move, signed, again and again until it is taken or given up.

Webhooks are taken from the books a few at a time and sent outside of any transaction, so a platform
that is dead or slow holds up nobody; several gateways share the work.
"""

import asyncio
import random
from datetime import timedelta
from typing import Final

from adapters.postgres.event_log import Due, delivered, failed, place_moves, webhooks_due
from domain.errors import TransientError
from gateway.api.platform.events import to_event
from gateway.background.webhook_backoff import LASTING, pause_after
from gateway.context import AppContext

AT_ONCE: Final = 20
TIMEOUT: Final = 10.0
"""Seconds for one call: less than the lease under which it is made."""
LONGEST_REST: Final = timedelta(minutes=1)


async def place(context: AppContext) -> bool:
    """Give new moves their places, and their webhooks."""
    return await place_moves(context.postgres, LASTING if context.settings.webhook_url else None)


async def send(context: AppContext) -> bool:
    """Send webhooks that are due; asked to wait, this process sends none for a while."""
    if not context.settings.webhook_url:
        return False
    due = await webhooks_due(context.postgres, AT_ONCE)
    sent = await asyncio.gather(*(_send(context, one) for one in due), return_exceptions=True)
    waits = [_asked(one) for one in sent]
    if rest := max(waits, default=timedelta(0)):
        await asyncio.sleep(min(rest, LONGEST_REST).total_seconds())
    return len(due) == AT_ONCE


async def _send(context: AppContext, due: Due) -> timedelta:
    """Send one, and note what became of it; return how long the platform asked to wait."""
    event = to_event(due.event)
    body = event.model_dump(mode="json", by_alias=True)
    address = str(context.settings.webhook_url)
    secrets = context.settings.webhook_secret or ""
    try:
        await context.http.notify(address, secrets, event.event_id, body, TIMEOUT)
    except TransientError as error:
        pause = pause_after(due.attempts, random.random(), error.retry_after)  # noqa: S311
        await failed(context.postgres, due, str(error), pause)
        return error.retry_after or timedelta(0)
    await delivered(context.postgres, due)
    return timedelta(0)


def _asked(sent: timedelta | BaseException) -> timedelta:
    if isinstance(sent, BaseException):
        raise sent
    return sent
