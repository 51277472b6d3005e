"""Rewards that tickets granted."""

from dataclasses import dataclass
from decimal import Decimal

from adapters.postgres.database import QUERIES, Database, repeat_after_migration


@dataclass(frozen=True)
class GrantRow:
    """A grant: one per order and kind of reward."""

    number: str
    account_id: str
    partner_id: str
    reward_kind: str
    order_key: str
    amount: Decimal
    currency: str


@repeat_after_migration
async def list_grants(database: Database) -> list[GrantRow]:
    """Return every grant, oldest first."""
    async with database.transaction() as connection:
        return [GrantRow(**dict(row)) async for row in QUERIES.list_grants(connection)]
