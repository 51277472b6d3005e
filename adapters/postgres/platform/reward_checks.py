"""Rewards of the feed, and the open tickets that they close; each is checked twice, because a
claim that is being admitted during the first check is not visible to it.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, Self

from adapters.postgres.database import QUERIES, Database, repeat_after_migration
from adapters.postgres.rows import reward_from_row
from domain.claims.rewards import Reward, matches_order

RECHECK_DELAY: Final = timedelta(seconds=20)
"""Longer than any admission takes."""
CHECK_LEASE: Final = timedelta(seconds=60)

RewardKey = tuple[str, str]
"""Account and id: a record belongs to its account."""


class RewardMatch(NamedTuple):
    """A reward, and the open ticket that it closes."""

    reward: Reward
    number: str


@dataclass(frozen=True)
class TicketOrder:
    """What a ticket names of its order, beside a reward in one row."""

    order_key: str | None
    link_id: str | None
    reward_id: str | None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Read the columns of the ticket."""
        return cls(row["ticket_order"], row["ticket_link"], row["ticket_reward"])

    def is_of(self, reward: Reward) -> bool:
        """Return whether `reward` is for this order, or is the one that the ticket contests."""
        is_contested = reward.reward_id == self.reward_id
        return is_contested or matches_order(reward, self.order_key, self.link_id)


@repeat_after_migration
async def open_tickets_for_rewards(
    database: Database, rewards: Sequence[RewardKey]
) -> list[RewardMatch]:
    """Return the open tickets that these rewards close: same account, same order."""
    async with database.transaction() as connection:
        rows = QUERIES.list_open_tickets_for_rewards(connection, **key_columns(rewards))
        return [
            RewardMatch(reward, row["number"])
            async for row in rows
            if TicketOrder.from_row(row).is_of(reward := reward_from_row(row))
        ]


@asynccontextmanager
async def claim_due_reward_checks(
    database: Database, max_rows: int
) -> AsyncIterator[list[RewardKey]]:
    """Lease rewards whose second check is due; without an exception, they are done."""
    due = await _lease_checks(database, max_rows)
    yield [*due]
    if due:
        await database.execute(
            QUERIES.delete_reward_checks, **key_columns(due), looks=[*due.values()]
        )


@repeat_after_migration
async def _lease_checks(database: Database, max_rows: int) -> dict[RewardKey, datetime]:
    async with database.transaction() as connection:
        rows = QUERIES.claim_due_reward_checks(connection, max_rows=max_rows, lease=CHECK_LEASE)
        return {(row["account_id"], row["reward_id"]): row["due_at"] async for row in rows}


def key_columns(keys: Iterable[RewardKey]) -> dict[str, list[str]]:
    """Return keys as the parameters of a query."""
    pairs = list(keys)
    return {"account_ids": [one for one, _ in pairs], "reward_ids": [one for _, one in pairs]}
