"""What an account may claim: its links, its rewards, and tickets that contest them."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from adapters.postgres.claims.claim_facts import load_claim_counts
from adapters.postgres.database import QUERIES, Database, repeat_after_migration
from adapters.postgres.rows import link_from_row, reward_from_row
from domain.claims.claimable.claimable_link import AccountHistory
from domain.claims.claimable.claimable_links import contest_duplicate_keys
from domain.claims.rewards import LINK_KIND, LinkKind
from domain.partners.claim_kind import ClaimKind

MAX_ROWS: Final = 500
"""The newest links and rewards that are considered."""


@repeat_after_migration
async def load_account_history(
    database: Database, account_id: str, kind: ClaimKind, days: Mapping[str, date]
) -> AccountHistory:
    """Return an account's history for claims of `kind`; `days` holds each market's date."""
    kinds = [LINK_KIND[kind]] if kind.is_missing else list(LinkKind)
    whose = {"account_id": account_id, "max_rows": MAX_ROWS}
    async with database.transaction() as connection:
        links = QUERIES.list_links(connection, kinds=kinds, **whose)
        rewards = QUERIES.list_rewards(connection, **whose)
        known = AccountHistory(
            links=tuple([link_from_row(row) async for row in links]),
            rewards=tuple([reward_from_row(row) async for row in rewards]),
            claim_counts=await load_claim_counts(connection, account_id, days),
        )
        if kind.is_missing:
            return known
        keys = contest_duplicate_keys(known)
        rows = QUERIES.list_contested_rewards(connection, keys=keys)
        contested = {row["reward_id"]: row["number"] async for row in rows}
        return known.model_copy(update={"contesting_tickets": contested})
