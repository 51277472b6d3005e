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


async def sequence_transitions(database: Database, webhooks_for: timedelta | None) -> bool:
    """Give moves their places, and webhooks that are tried so long, if any; say whether more wait.

    Costs one look where no move waits.
    """
    if not await database.fetch_value(QUERIES.has_unsequenced_transitions):
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
    wanted = {"after": after, "most": most, "accounts": account_list(accounts)}
    async with database.transaction() as connection:
        last = await QUERIES.last_sequence(connection)
        rows = QUERIES.list_events_after(connection, **wanted, until=last)
        found = [sequenced_event(row) async for row in rows]
    return found, found[-1].sequence if len(found) == most else max(after, last)


def sequenced_event(row: Mapping[str, Any]) -> SequencedEvent:
    """Return the event of a row."""
    return SequencedEvent(**{name: row[name] for name in SequencedEvent.__dataclass_fields__})


def account_list(accounts: Accounts) -> list[str] | None:
    """Return accounts as a parameter of a query; `None` for all."""
    return None if accounts is None else sorted(accounts)
