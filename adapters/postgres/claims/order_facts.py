"""Facts about the order of a stored claim, also from other accounts, under lock."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapters.postgres.claims.claim_facts import grant_from_row, load_account_facts
from adapters.postgres.database import QUERIES, Connection
from adapters.postgres.rows import reward_from_row
from domain.claims.claim import TicketClaim
from domain.claims.claim_context import ClaimContext
from domain.claims.rewards import LinkKind
from domain.claims.stored_claim import StoredClaim
from domain.errors import DatabaseUnavailable
from domain.partners.rules import PartnerRules
from domain.values.stored import read_stored

_CLAIM_COLUMNS: Final = ("account_id", "partner_id", "kind", "link_id", "reward_id", "ordered_on")


@dataclass(frozen=True)
class LockedClaim:
    """A stored claim under lock, with the version of its ticket and the keys of its order."""

    claim: StoredClaim
    version: int
    order_key: str
    duplicate_key: str


async def lock_claim(connection: Connection, number: str) -> LockedClaim:
    """Lock a ticket and return its claim."""
    row = dict(await QUERIES.lock_ticket_form(connection, number=number))
    columns = {name: row[name] for name in (*_CLAIM_COLUMNS, "ordered_at")}
    claim = read_stored(TicketClaim, columns | {"answers": row["answers"] or {}})
    rules = read_stored(PartnerRules, row["rules"])
    stored = StoredClaim(number=number, kind=row["kind"], claim=claim, rules=rules)
    return LockedClaim(stored, row["version"], row["order_key"], row["duplicate_key"])


async def load_account_context(connection: Connection, filed: StoredClaim) -> ClaimContext:
    """Return a claim's context by the facts of its account."""
    account_id, partner_id = filed.claim.account_id or "", filed.rules.id
    return filed.in_context(await load_account_facts(connection, account_id, partner_id, None))


async def load_order_context(connection: Connection, filed: StoredClaim) -> ClaimContext:
    """Return a claim's context by all facts about its order, under lock.

    Two tickets for what may be the same order share a number, a link or a reward. Each locks all of
    its own in sorted order, so that they run one after the other without a deadlock.
    """
    names = _identities(await load_account_context(connection, filed))
    for name in sorted(_lock_names(names)):
        await QUERIES.advisory_lock(connection, name=name)
    # Feed records that are being written now are seen; later ones are compared with the grant.
    _ = [row async for row in QUERIES.lock_links(connection, links=names["links"])]
    _ = [row async for row in QUERIES.lock_rewards(connection, **names)]
    case = await load_account_context(connection, filed)
    if _identities(case) != names:
        raise DatabaseUnavailable("PostgreSQL: the facts of an order kept changing")
    grants = [grant_from_row(row) async for row in QUERIES.list_order_grants(connection, **names)]
    whose = {"account_id": filed.claim.account_id}
    others = QUERIES.list_rewards_of_others(connection, **whose, **names)
    more = {
        "grants": tuple(grants),
        "rewards_of_others": tuple([reward_from_row(row) async for row in others]),
    }
    return filed.in_context(case.facts.model_copy(update=more))


def _identities(case: ClaimContext) -> dict[str, Any]:
    """Return everything that identifies a claim's order."""
    return {
        "partner_id": case.partner.id,
        "kinds": list(LinkKind),
        "order_keys": [case.order_number] if case.order_number else [],
        "links": [case.chosen_link_id] if case.chosen_link_id else [],
        "reward_id": case.claim.reward_id,
    }


def _lock_names(names: Mapping[str, Any]) -> set[str]:
    known = {
        "order": names["order_keys"],
        "link": names["links"],
        "reward": [names["reward_id"]] if names["reward_id"] else [],
    }
    return {f"{names['partner_id']}|{kind}|{one}" for kind in known for one in known[kind]}
