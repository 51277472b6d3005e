"""Sending webhooks to the platform: at least once, in signed calls, until the platform accepts them
or they are given up.

Due webhooks are claimed in small batches and sent outside of any transaction, so that a slow or
unavailable platform blocks nothing else. Several processes share the work.
"""

import asyncio
import logging
import random
from datetime import timedelta
from typing import Final

from adapters.postgres.platform.webhooks import (
    DueWebhook,
    claim_due_webhooks,
    mark_webhook_delivered,
    mark_webhook_failed,
    mark_webhook_stopped,
)
from background.context import JobContext, WebhookTarget
from background.ticket_event import to_event
from background.webhook_backoff import retry_delay
from domain.errors import TransientError, WebhooksRefused

log = logging.getLogger("background")

BATCH_SIZE: Final = 20
CALL_TIMEOUT_SECONDS: Final = 10.0
"""Shorter than the lease under which a webhook is sent."""
MAX_PAUSE: Final = timedelta(minutes=1)


async def send_due_webhooks(context: JobContext) -> bool:
    """Send a batch of due webhooks; pause this process if the platform asks for it."""
    target = context.webhooks
    if target is None:
        return False
    due = await claim_due_webhooks(context.database, BATCH_SIZE)
    results = await asyncio.gather(
        *(_send(context, target, one) for one in due), return_exceptions=True
    )
    pauses = [_requested_pause(result) for result in results]
    if pause := max(pauses, default=timedelta(0)):
        await asyncio.sleep(min(pause, MAX_PAUSE).total_seconds())
    return len(due) == BATCH_SIZE


async def _send(context: JobContext, target: WebhookTarget, due: DueWebhook) -> timedelta:
    """Send a webhook and record the result; return the pause that the platform requested."""
    event = to_event(due.event)
    body = event.model_dump(mode="json", by_alias=True)
    try:
        await context.http.post_event(
            target.url, target.secrets, event.event_id, body, CALL_TIMEOUT_SECONDS
        )
    except TransientError as error:
        delay = retry_delay(due.attempts, random.random(), error.retry_after)  # noqa: S311
        await mark_webhook_failed(context.database, due, str(error), delay)
        return error.retry_after or timedelta(0)
    except WebhooksRefused as error:
        await mark_webhook_stopped(context.database, due, str(error))
        log.error(
            "the platform %s to webhook %s: none is sent until you ask for one again"
            " (POST /v1/events/%s/redelivery)",
            *(error, event.event_id, event.event_id),
        )
        return timedelta(0)
    await mark_webhook_delivered(context.database, due)
    return timedelta(0)


def _requested_pause(result: timedelta | BaseException) -> timedelta:
    if isinstance(result, BaseException):
        raise result
    return result
