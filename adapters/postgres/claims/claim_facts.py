"""Facts that a claim is judged by, from what its account may know."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from adapters.postgres.database import QUERIES, Connection
from adapters.postgres.rows import link_from_row, reward_from_row
from domain.claims.account_facts import AccountFacts, Grant
from domain.partners.claim_limits import ClaimCounts
from domain.values.stored import read_stored


async def load_account_facts(
    connection: Connection, account_id: str, partner_id: str, key: str | None
) -> AccountFacts:
    """Return the facts about an account; `key` is the duplicate key of the claim (R25)."""
    whose = {"account_id": account_id, "partner_id": partner_id}
    links = [link_from_row(row) async for row in QUERIES.list_account_links(connection, **whose)]
    rewards = [
        reward_from_row(row) async for row in QUERIES.list_account_rewards(connection, **whose)
    ]
    grants = [grant_from_row(row) async for row in QUERIES.list_account_grants(connection, **whose)]
    existing_ticket = (
        await QUERIES.find_active_ticket(connection, duplicate_key=key) if key else None
    )
    return AccountFacts(
        links=tuple(links),
        rewards=tuple(rewards),
        grants=tuple(grants),
        existing_ticket=existing_ticket,
        supports_smtputf8=await QUERIES.mail_server_supports_smtputf8(connection),
    )


async def lock_account(connection: Connection, account_id: str, partner_id: str) -> None:
    """Lock an account's claims at a partner, so that they are assessed one after the other."""
    await QUERIES.advisory_lock(connection, name=f"claims|{partner_id}|{account_id}")


async def load_claim_counts(
    connection: Connection, account_id: str, days: Mapping[str, date]
) -> dict[str, ClaimCounts]:
    """Return an account's load at each partner, by the day of today in the partner's market."""
    filters = {"account_id": account_id, "partner_ids": list(days), "days": list(days.values())}
    found: dict[str, dict[str, Any]] = {partner_id: {"open_by_link": {}} for partner_id in days}
    async for row in QUERIES.count_open_claims(connection, **filters):
        found[row["partner_id"]]["open_by_link"][row["link_id"]] = row["claims"]
    async for row in QUERIES.list_claim_counts(connection, **filters):
        names = ("accepted_today", "refused_today", "accepted_by_partner_today")
        found[row["partner_id"]] |= {name: row[name] for name in names}
    return {partner_id: read_stored(ClaimCounts, load) for partner_id, load in found.items()}


def grant_from_row(row: Mapping[str, Any]) -> Grant:
    """Return the grant of a row."""
    return read_stored(Grant, dict(row))
