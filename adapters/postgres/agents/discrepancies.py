"""Messages that contradict a ticket and could not change it, for agents to close.

A discrepancy is an entry of the message log with a key, inserted in the same transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from adapters.postgres.agents.discrepancy_row import DiscrepancyRow
from adapters.postgres.database import QUERIES, Connection, Database, repeat_after_migration
from adapters.postgres.platform.reward_checks import RewardKey, TicketOrder, key_columns
from adapters.postgres.rows import money_from_row, reward_from_row
from adapters.postgres.tickets.late_messages import log_late_message
from domain.claims.rewards import Reward
from domain.codes import MessageCode
from domain.tickets.changes.message_log import log_entry
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.discrepancies import (
    is_discrepancy,
    mark_discrepancy,
    reward_contradicts,
)
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.states import State
from domain.values.stored import read_stored


@dataclass(frozen=True)
class _GrantOfReward:
    """A grant that a reward of the feed may contradict."""

    reward: Reward
    number: str
    ticket: TicketOrder
    granted_at: datetime

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Read a row of `list_grants_for_rewards`."""
        ticket = TicketOrder.from_row(row)
        return cls(reward_from_row(row), row["number"], ticket, row["granted_at"])

    @property
    def is_contradicted(self) -> bool:
        """Say whether the reward is for the granted order, and contradicts the grant."""
        is_own = self.number == self.reward.granted_by_ticket
        return (is_own or self.ticket.is_of(self.reward)) and reward_contradicts(
            self.reward, self.number, self.ticket.reward_id, self.granted_at
        )


async def log_late_outcome(connection: Connection, outcome: PartnerOutcome, code: str) -> None:
    """Log an outcome that its ticket can no longer handle, as a discrepancy if it contradicts."""
    number, now = outcome.number or "", datetime.now(UTC)
    row = await QUERIES.get_ticket_state(connection, number=number)
    money = money_from_row(row["granted_amount"], row["granted_currency"])
    entry, state = log_entry(outcome, code, now), State(row["state"])
    if is_discrepancy(outcome, code, state, money, now):
        entry = mark_discrepancy(entry)
    await log_late_message(connection, number, entry)


@repeat_after_migration
async def log_contradicting_rewards(database: Database, rewards: Sequence[RewardKey]) -> None:
    """Log the rewards of the feed that contradict a grant. Repeated calls change nothing."""
    async with database.transaction() as connection:
        rows = QUERIES.list_grants_for_rewards(connection, **key_columns(rewards))
        found = [_GrantOfReward.from_row(row) async for row in rows]
        for grant in sorted(found, key=lambda one: one.number):
            if grant.is_contradicted:
                await log_late_message(connection, grant.number, _log_entry(grant.reward))


def _log_entry(reward: Reward) -> MessageLogEntry:
    entry = MessageLogEntry(
        message="reward_changed",
        message_id=reward.reward_id,
        actor="platform",
        code=MessageCode.TICKET_CLOSED,
        at=datetime.now(UTC),
        body=reward.model_dump(mode="json", exclude_none=True, exclude={"account_id"}),
    )
    return mark_discrepancy(entry)


@repeat_after_migration
async def list_open_discrepancies(
    database: Database, most: int, after: int | None = None
) -> list[DiscrepancyRow]:
    """Return up to `most` open discrepancies, oldest first."""
    async with database.transaction() as connection:
        rows = QUERIES.list_open_discrepancies(connection, most=most, after=after)
        return [read_stored(DiscrepancyRow, dict(row)) async for row in rows]


@repeat_after_migration
async def list_discrepancies(database: Database, numbers: Collection[str]) -> list[DiscrepancyRow]:
    """Return all discrepancies of these tickets, closed ones too, oldest first."""
    async with database.transaction() as connection:
        rows = QUERIES.list_discrepancies(connection, numbers=list(numbers))
        return [read_stored(DiscrepancyRow, dict(row)) async for row in rows]


@repeat_after_migration
async def close_discrepancy(
    database: Database, discrepancy_id: int, agent: str, note: str | None
) -> DiscrepancyRow | None:
    """Close a discrepancy for an agent and return it, unchanged if it was closed before; `None` for
    an unknown id.
    """
    async with database.transaction() as connection:
        closure = {"closed_by": agent, "closing_note": note}
        await QUERIES.close_discrepancy(connection, discrepancy_id=discrepancy_id, **closure)
        row = await QUERIES.get_discrepancy(connection, discrepancy_id=discrepancy_id)
        return read_stored(DiscrepancyRow, dict(row)) if row else None
