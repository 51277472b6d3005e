"""All transitions in one sequence, for the platform.

Readers assign sequence numbers to committed transitions under a lock, so a visible event is never
preceded by one that becomes visible later.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.postgres.database import QUERIES, Database, repeat_after_migration

SEQUENCE_BATCH_SIZE: Final = 1000
_LOCK_NAME: Final = "events"

Accounts = frozenset[str] | None


@dataclass(frozen=True)
class SequencedEvent:
    """A transition with its sequence number, which is the event's id."""

    sequence: int
    number: str
    seq: int
    event: str
    from_state: str
    to_state: str
    at: datetime
    reason_code: str | None
    actor: str


@repeat_after_migration
async def sequence_transitions(database: Database, webhooks_for: timedelta | None) -> bool:
    """Assign sequence numbers and create webhooks, if `webhooks_for` says how long to retry them;
    return whether more transitions wait. Costs one query when none does.
    """
    if not await database.fetch_value(QUERIES.has_unsequenced_transitions):
        return False
    lasting, with_webhooks = webhooks_for or timedelta(0), webhooks_for is not None
    async with database.transaction() as connection:
        await QUERIES.advisory_lock(connection, name=_LOCK_NAME)
        options = {
            "max_rows": SEQUENCE_BATCH_SIZE,
            "lasting": lasting,
            "with_webhooks": with_webhooks,
        }
        return bool(
            await QUERIES.sequence_transitions(connection, **options) == SEQUENCE_BATCH_SIZE
        )


@repeat_after_migration
async def events_after(
    database: Database, after: int, max_rows: int, accounts: Accounts = None
) -> tuple[list[SequencedEvent], int]:
    """Return the next events of these accounts (`None`: all), and the sequence to continue after,
    which also skips other accounts' events.
    """
    page = {"after": after, "max_rows": max_rows, "accounts": account_list(accounts)}
    async with database.transaction() as connection:
        last = await QUERIES.last_sequence(connection)
        rows = QUERIES.list_events_after(connection, **page, until=last)
        found = [sequenced_event(row) async for row in rows]
    return found, found[-1].sequence if len(found) == max_rows else max(after, last)


def sequenced_event(row: Mapping[str, Any]) -> SequencedEvent:
    """Return the event of a row."""
    return SequencedEvent(**{name: row[name] for name in SequencedEvent.__dataclass_fields__})


def account_list(accounts: Accounts) -> list[str] | None:
    """Return accounts as a parameter of a query; `None` for all."""
    return None if accounts is None else sorted(accounts)
