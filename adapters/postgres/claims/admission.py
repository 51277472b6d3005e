"""Admission of claims: load the facts, decide, store, in one transaction."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Final

from adapters.postgres.claims.admission_records import insert_ticket, load_admission
from adapters.postgres.claims.claim_facts import (
    load_account_facts,
    load_claim_counts,
    lock_account,
)
from adapters.postgres.database import QUERIES, Connection, Database, repeat_after_migration
from domain.admission.admission import Admission, AdmissionRequest
from domain.admission.admission_record import AdmissionRecord
from domain.claims.account_facts import AccountFacts
from domain.codes import ClaimRefusal, RefusalCode
from domain.errors import DatabaseUnavailable
from domain.partners.claim_limits import FactsQuery

_MAX_ATTEMPTS: Final = 5
_UNCOUNTED_REASONS: Final = (RefusalCode.DUPLICATE, ClaimRefusal.TOO_MANY_CLAIMS)
AdmissionDecider = Callable[[AccountFacts], AdmissionRecord]


class _DailyLimitReached(Exception):
    """The partner's daily limit was reached by a concurrent claim."""


@repeat_after_migration
async def admit(
    database: Database, request: AdmissionRequest, query: FactsQuery, decide: AdmissionDecider
) -> Admission:
    """Admit a claim: load the facts, `decide`, and store the result in one transaction.

    Returns the stored result for a number that was admitted before. Claims of one account at a
    partner are admitted one at a time, so that limits hold. Of two concurrent claims for one
    reward the unique index accepts one (R25); the other is decided again.
    """
    for _ in range(_MAX_ATTEMPTS):
        with suppress(_DailyLimitReached):
            async with database.transaction() as connection:
                if admission := await _admit(connection, request, query, decide):
                    return admission
    raise DatabaseUnavailable("PostgreSQL: a claim for the same reward kept changing")


@repeat_after_migration
async def load_facts(database: Database, query: FactsQuery) -> AccountFacts:
    """Return the current facts that a claim is judged by."""
    async with database.transaction() as connection:
        return await _facts(connection, query)


async def _admit(
    connection: Connection, request: AdmissionRequest, query: FactsQuery, decide: AdmissionDecider
) -> Admission | None:
    if stored := await load_admission(connection, request):
        return stored
    if query.day and query.account_id:
        await lock_account(connection, query.account_id, query.partner_id)
    entry = decide(await _facts(connection, query))
    if not await insert_ticket(connection, request, entry):
        return None
    if query.day and query.account_id:
        await _count(connection, query, query.day, entry)
    return entry.admission


async def _facts(connection: Connection, query: FactsQuery) -> AccountFacts:
    whose = (query.account_id, query.partner_id)
    facts = await load_account_facts(connection, *whose, query.key or None)
    if not query.day:
        return facts
    loads = await load_claim_counts(connection, query.account_id, {query.partner_id: query.day})
    return facts.model_copy(update={"claim_counts": loads[query.partner_id]})


async def _count(
    connection: Connection, query: FactsQuery, day: date, entry: AdmissionRecord
) -> None:
    """Count a claim for its account, then for its partner: every claim locks the partner's row, so
    it comes last.
    """
    is_open = entry.admission.ticket is not None
    refused = not is_open and entry.change_set.reason_code not in _UNCOUNTED_REASONS
    counted = {"day": day, "partner_id": query.partner_id}
    if is_open or refused:
        made = {"accepted": int(is_open), "refused": int(refused)}
        await QUERIES.count_claim(connection, **counted, account_id=query.account_id, **made)
    limit = {"max_accepted": query.accepted_per_day}
    if is_open and not await QUERIES.count_accepted_by_partner(connection, **counted, **limit):
        raise _DailyLimitReached
