"""Facts about the order of a stored claim, also from other accounts, under lock."""

from collections.abc import Mapping
from typing import Any, Final

from adapters.postgres.database import QUERIES, Connection
from adapters.postgres.rows import reward_from_row
from adapters.postgres.tickets.claim_facts import grant_from_row, load_account_facts
from domain.claims.claim import TicketClaim
from domain.claims.claim_context import ClaimContext
from domain.claims.rewards import LinkKind
from domain.claims.stored_claim import StoredClaim
from domain.errors import DatabaseUnavailable
from domain.partners.rules import PartnerRules

_CLAIM_COLUMNS: Final = ("account_id", "partner_id", "kind", "link_id", "reward_id", "ordered_on")


async def lock_claim(connection: Connection, number: str) -> tuple[StoredClaim, Mapping[str, Any]]:
    """Lock a ticket; return its claim and its row."""
    row = dict(await QUERIES.lock_ticket_form(connection, number=number))
    told = {name: row[name] for name in (*_CLAIM_COLUMNS, "ordered_at")}
    claim = TicketClaim.model_validate(told | {"answers": row["answers"] or {}})
    rules = PartnerRules.from_storage(row["rules"])
    return StoredClaim(number=number, kind=row["kind"], claim=claim, rules=rules), row


async def load_account_context(connection: Connection, filed: StoredClaim) -> ClaimContext:
    """Return a claim's case by what its account may know."""
    account_id, partner_id = filed.claim.account_id or "", filed.rules.id
    return filed.in_context(await load_account_facts(connection, account_id, partner_id, None))


async def load_order_context(connection: Connection, filed: StoredClaim) -> ClaimContext:
    """Return a claim's case by all that is known of its order, under lock.

    Two tickets for orders that may be the same share a number, a link or a reward: each takes a
    lock on all of its own, in the order of their names, and so they wait for each other.
    """
    names = _identities(await load_account_context(connection, filed))
    for name in sorted(_lock_names(names)):
        await QUERIES.advisory_lock(connection, name=name)
    # What the feed is writing now comes before; what it writes later, after the ticket's end.
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
    """Return all that a claim's order may be known by."""
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
