"""What an account may claim, out of the books: links, rewards, and which of them are contested."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from adapters.postgres.claim_facts import loads_of
from adapters.postgres.database import QUERIES, Postgres
from adapters.postgres.rows import read_link, read_reward
from domain.claims.claim import LINK_KIND, LinkKind
from domain.claims.claimable_links import AccountHistory, contest_duplicate_keys
from domain.partners.profile import ClaimKind

MOST: Final = 500
"""The newest links and rewards that one answer looks at."""


async def known_of(
    postgres: Postgres, account_id: str, kind: ClaimKind, days: Mapping[str, date]
) -> AccountHistory:
    """Return what the books know of an account that matters to a claim of `kind`; `days` are those
    of today in the partners' markets.
    """
    kinds = [LINK_KIND[kind]] if kind.is_missing else list(LinkKind)
    whose = {"account_id": account_id, "most": MOST}
    async with postgres.transaction() as connection:
        links = QUERIES.links_to_choose(connection, kinds=kinds, **whose)
        rewards = QUERIES.rewards_to_choose(connection, **whose)
        known = AccountHistory(
            links=tuple([read_link(row) async for row in links]),
            rewards=tuple([read_reward(row) async for row in rewards]),
            claim_counts=await loads_of(connection, account_id, days),
        )
        if kind.is_missing:
            return known
        keys = contest_duplicate_keys(known)
        rows = QUERIES.contested_rewards(connection, keys=keys)
        contested = {row["reward_id"]: row["number"] async for row in rows}
        return known.model_copy(update={"contesting_tickets": contested})
