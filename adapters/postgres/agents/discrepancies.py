"""Messages that contradict a ticket and could not change it, for agents to close.

A discrepancy is an entry of the message log with a key, inserted in the same transaction.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from adapters.postgres.database import QUERIES, Connection, Database
from adapters.postgres.platform.reward_checks import RewardKey, key_columns
from adapters.postgres.rows import reward_from_row
from adapters.postgres.tickets.late_messages import log_late_message
from domain.claims.rewards import Reward, matches_order
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
from domain.values.money import Money

Row = dict[str, Any]
"""`discrepancy_id`, `number`, the entry's `message`, `message_id`, `actor`, `code`, `body`, `at`;
`closed_at`, `closed_by` and `closing_note` once an agent has closed it.
"""


async def log_late_outcome(connection: Connection, outcome: PartnerOutcome, code: str) -> None:
    """Log an outcome that its ticket can no longer handle, as a discrepancy if it contradicts."""
    number, now = outcome.number or "", datetime.now(UTC)
    row = await QUERIES.get_ticket_state(connection, number=number)
    granted = row["granted_amount"]
    money = Money(amount=granted, currency=row["granted_currency"]) if granted else None
    note, state = log_entry(outcome, code, now), State(row["state"])
    if is_discrepancy(outcome, code, state, money, now):
        note = mark_discrepancy(note)
    await log_late_message(connection, number, note)


async def log_contradicting_rewards(database: Database, rewards: Sequence[RewardKey]) -> None:
    """Log the rewards of the feed that contradict a grant. Repeated calls change nothing."""
    async with database.transaction() as connection:
        rows = QUERIES.list_grants_for_rewards(connection, **key_columns(rewards))
        found = [(reward_from_row(row), dict(row)) async for row in rows]
        for reward, row in sorted(found, key=lambda pair: str(pair[1]["number"])):
            if _contradicts(reward, row):
                await log_late_message(connection, row["number"], _log_entry(reward))


def _contradicts(reward: Reward, row: Row) -> bool:
    number, contested = row["number"], row["ticket_reward"]
    is_its_own = number == reward.granted_by_ticket or contested == reward.reward_id
    is_for_it = is_its_own or matches_order(reward, row["ticket_order"], row["ticket_link"])
    return is_for_it and reward_contradicts(reward, number, contested, row["granted_at"])


def _log_entry(reward: Reward) -> MessageLogEntry:
    note = MessageLogEntry(
        message="reward_changed",
        message_id=reward.reward_id,
        actor="platform",
        code=MessageCode.TICKET_CLOSED,
        at=datetime.now(UTC),
        body=reward.model_dump(mode="json", exclude_none=True, exclude={"account_id"}),
    )
    return mark_discrepancy(note)


async def list_open_discrepancies(
    database: Database, most: int, after: int | None = None
) -> list[Row]:
    """Return up to `most` open discrepancies, oldest first."""
    async with database.transaction() as connection:
        rows = QUERIES.list_open_discrepancies(connection, most=most, after=after)
        return [dict(row) async for row in rows]


async def list_discrepancies(database: Database, numbers: Iterable[str]) -> list[Row]:
    """Return all discrepancies of these tickets, closed ones too, oldest first."""
    async with database.transaction() as connection:
        rows = QUERIES.list_discrepancies(connection, numbers=list(numbers))
        return [dict(row) async for row in rows]


async def close_discrepancy(
    database: Database, discrepancy_id: int, agent: str, note: str | None
) -> Row | None:
    """Close a discrepancy for an agent and return it, unchanged if it was closed before; `None` for
    an unknown id.
    """
    async with database.transaction() as connection:
        closure = {"closed_by": agent, "closing_note": note}
        await QUERIES.close_discrepancy(connection, discrepancy_id=discrepancy_id, **closure)
        row = await QUERIES.get_discrepancy(connection, discrepancy_id=discrepancy_id)
        return dict(row) if row else None
