"""Webhooks of events: leased to one sender, retried until they are delivered or expire."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from adapters.postgres.database import QUERIES, Database, repeat_after_migration
from adapters.postgres.platform.event_log import (
    Accounts,
    SequencedEvent,
    account_list,
    sequenced_event,
)

WEBHOOK_LEASE: Final = timedelta(seconds=20)
"""Longer than a call takes; if the sender dies, another one repeats the call afterwards."""


@dataclass(frozen=True)
class DueWebhook:
    """An event whose webhook is due; `attempts` counts this attempt."""

    event: SequencedEvent
    attempts: int


@dataclass(frozen=True)
class WebhookRow:
    """The webhook of an event, and how its attempts went."""

    sequence: int
    attempts: int
    next_attempt_at: datetime | None
    expires_at: datetime
    delivered_at: datetime | None
    last_error: str | None
    number: str


@repeat_after_migration
async def claim_due_webhooks(database: Database, max_rows: int) -> list[DueWebhook]:
    """Lease due webhooks; no other sender gets them before the lease ends."""
    async with database.transaction() as connection:
        rows = QUERIES.claim_due_webhooks(connection, max_rows=max_rows, lease=WEBHOOK_LEASE)
        return [DueWebhook(sequenced_event(row), row["attempts"]) async for row in rows]


async def mark_webhook_delivered(database: Database, due: DueWebhook) -> None:
    """Record that the platform accepted a webhook."""
    attempt = {"sequence": due.event.sequence, "attempts": due.attempts}
    await database.execute(QUERIES.mark_webhook_delivered, **attempt)


async def mark_webhook_failed(
    database: Database, due: DueWebhook, failure: str, pause: timedelta
) -> None:
    """Record why a call failed; the webhook is due again after `pause`, or has expired."""
    attempt = {"sequence": due.event.sequence, "attempts": due.attempts}
    await database.execute(QUERIES.mark_webhook_failed, **attempt, last_error=failure, pause=pause)


async def mark_webhook_stopped(database: Database, due: DueWebhook, failure: str) -> None:
    """Record that the platform takes no webhooks: none is sent until one is redelivered."""
    attempt = {"sequence": due.event.sequence, "attempts": due.attempts}
    await database.execute(QUERIES.mark_webhook_stopped, **attempt, last_error=failure)


async def are_webhooks_stopped(database: Database) -> bool:
    """Say whether webhooks wait because the platform takes none."""
    return bool(await database.fetch_value(QUERIES.webhooks_are_stopped))


async def redeliver_webhook(
    database: Database, sequence: int, lasting: timedelta, accounts: Accounts = None
) -> bool:
    """Send an event's webhook again, and all others if they were stopped; `False` if these accounts
    have no such event.
    """
    selection = {"sequence": sequence, "lasting": lasting, "accounts": account_list(accounts)}
    return await database.fetch_value(QUERIES.reset_webhook, **selection) is not None


@repeat_after_migration
async def find_webhooks(
    database: Database, given_up: bool, after: int, max_rows: int
) -> list[WebhookRow]:
    """Return webhooks that wait for an attempt, or those that failed permanently."""
    query = QUERIES.list_failed_webhooks if given_up else QUERIES.list_pending_webhooks
    async with database.transaction() as connection:
        return [
            WebhookRow(**dict(row))
            async for row in query(connection, after=after, max_rows=max_rows)
        ]
