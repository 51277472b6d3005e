"""Every move in one order for the platform, and the webhooks that tell it.

Numbers are given out before a transaction commits, so the order in which moves were numbered is not
the order in which they can be seen. Whoever sees moves without a place gives them theirs, one at a
time: an event that can be seen has none before it that will yet appear.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.postgres.database import QUERIES, Database

WEBHOOK_LEASE: Final = timedelta(seconds=20)
"""Longer than a call may take: should the process that makes it die, another makes it again."""
SEQUENCE_BATCH_SIZE: Final = 1000
_LOCK_NAME: Final = "events"

Accounts = frozenset[str] | None


@dataclass(frozen=True)
class SequencedEvent:
    """A move with its place among the events, which is the id of the event."""

    sequence: int
    number: str
    seq: int
    event: str
    from_state: str
    to_state: str
    at: datetime
    reason_code: str | None
    actor: str


@dataclass(frozen=True)
class DueWebhook:
    """An event whose webhook is to be sent now, for the `attempts`th time."""

    event: SequencedEvent
    attempts: int


async def sequence_transitions(database: Database, webhooks_for: timedelta | None) -> bool:
    """Give moves their places, and webhooks that are tried so long, if any; say whether more wait.

    Costs one look where no move waits.
    """
    if not await database.value("has_unsequenced_transitions"):
        return False
    lasting, wanted = webhooks_for or timedelta(0), webhooks_for is not None
    async with database.transaction() as connection:
        await QUERIES.advisory_lock(connection, name=_LOCK_NAME)
        options = {"most": SEQUENCE_BATCH_SIZE, "lasting": lasting, "with_webhooks": wanted}
        return bool(
            await QUERIES.sequence_transitions(connection, **options) == SEQUENCE_BATCH_SIZE
        )


async def events_after(
    database: Database, after: int, most: int, accounts: Accounts = None
) -> tuple[list[SequencedEvent], int]:
    """Return the next events after a place, of these accounts' tickets (`None`: of all), and the
    place after which to go on: nobody looks through the events of others twice.
    """
    wanted = {"after": after, "most": most, "accounts": _sorted(accounts)}
    async with database.transaction() as connection:
        last = await QUERIES.last_sequence(connection)
        rows = QUERIES.list_events_after(connection, **wanted, until=last)
        found = [_sequenced_event(row) async for row in rows]
    return found, found[-1].sequence if len(found) == most else max(after, last)


async def claim_due_webhooks(database: Database, most: int) -> list[DueWebhook]:
    """Take webhooks that are due; nobody else gets them before the lease is over."""
    async with database.transaction() as connection:
        rows = QUERIES.claim_due_webhooks(connection, most=most, lease=WEBHOOK_LEASE)
        return [DueWebhook(_sequenced_event(row), row["attempts"]) async for row in rows]


async def mark_webhook_delivered(database: Database, due: DueWebhook) -> None:
    """Note that the platform took a webhook."""
    attempt = {"sequence": due.event.sequence, "attempts": due.attempts}
    await database.run("mark_webhook_delivered", **attempt)


async def mark_webhook_failed(
    database: Database, due: DueWebhook, failure: str, pause: timedelta
) -> None:
    """Note why a webhook was not taken; it is due again after `pause`, or given up."""
    attempt = {"sequence": due.event.sequence, "attempts": due.attempts}
    await database.run("mark_webhook_failed", **attempt, last_error=failure, pause=pause)


async def redeliver_webhook(
    database: Database, sequence: int, lasting: timedelta, accounts: Accounts = None
) -> bool:
    """Let an event's webhook be sent anew; `False` where these accounts have no such event."""
    wanted = {"sequence": sequence, "lasting": lasting, "accounts": _sorted(accounts)}
    return await database.value("reset_webhook", **wanted) is not None


async def webhooks(
    database: Database, given_up: bool, after: int, most: int
) -> list[dict[str, Any]]:
    """Return webhooks that wait for another attempt, or those that were given up."""
    query = QUERIES.list_failed_webhooks if given_up else QUERIES.list_pending_webhooks
    async with database.transaction() as connection:
        return [dict(row) async for row in query(connection, after=after, most=most)]


def _sequenced_event(row: Mapping[str, Any]) -> SequencedEvent:
    return SequencedEvent(**{name: row[name] for name in SequencedEvent.__dataclass_fields__})


def _sorted(accounts: Accounts) -> list[str] | None:
    return None if accounts is None else sorted(accounts)
