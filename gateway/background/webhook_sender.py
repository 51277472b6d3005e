"""Sends webhooks to the platform: each move, signed, again and again until it is taken or given up.

Webhooks are taken from the books a few at a time and sent outside of any transaction, so a platform
that is dead or slow holds up nobody; several gateways share the work.
"""

import asyncio
import random
from datetime import timedelta
from typing import Final

from adapters.postgres.event_log import Due, delivered, failed, place_moves, webhooks_due
from domain.errors import Unavailable
from gateway.api.events import as_event, webhooks_for
from gateway.background.webhook_backoff import pause_after
from gateway.context import Parts

AT_ONCE: Final = 20
TIMEOUT: Final = 10.0
"""Seconds for one call: less than the lease under which it is made."""
LONGEST_REST: Final = timedelta(minutes=1)


async def place(parts: Parts) -> bool:
    """Give new moves their places, and their webhooks."""
    return await place_moves(parts.postgres, webhooks_for(parts))


async def send(parts: Parts) -> bool:
    """Send webhooks that are due; asked to wait, this process sends none for a while."""
    if not parts.settings.webhook_url:
        return False
    due = await webhooks_due(parts.postgres, AT_ONCE)
    sent = await asyncio.gather(*(_send(parts, one) for one in due), return_exceptions=True)
    waits = [_asked(one) for one in sent]
    if rest := max(waits, default=timedelta(0)):
        await asyncio.sleep(min(rest, LONGEST_REST).total_seconds())
    return len(due) == AT_ONCE


async def _send(parts: Parts, due: Due) -> timedelta:
    """Send one, and note what became of it; return how long the platform asked to wait."""
    event = as_event(due.event)
    body = event.model_dump(mode="json", by_alias=True)
    address = str(parts.settings.webhook_url)
    secrets = parts.settings.webhook_secret or ""
    try:
        await parts.door.notify(address, secrets, event.event_id, body, TIMEOUT)
    except Unavailable as error:
        pause = pause_after(due.attempts, random.random(), error.retry_after)  # noqa: S311
        await failed(parts.postgres, due, str(error), pause)
        return error.retry_after or timedelta(0)
    await delivered(parts.postgres, due)
    return timedelta(0)


def _asked(sent: timedelta | BaseException) -> timedelta:
    if isinstance(sent, BaseException):
        raise sent
    return sent
