"""Admission in the books: the facts in, the decision down, in one transaction."""

from collections.abc import Callable
from typing import Any, Final

from adapters.facts import facts_of_account
from adapters.postgres import QUERIES, Connection, Postgres, append, money_columns
from domain.admission import Admission, AdmissionRequest, Entry
from domain.claim import Facts
from domain.errors import DatabaseUnavailable

_RACES: Final = 5
Decide = Callable[[Facts], Entry]


async def admit(
    postgres: Postgres,
    request: AdmissionRequest,
    account_id: str,
    partner_id: str,
    key: str,
    decide: Decide,
) -> Admission:
    """Admit a claim in one transaction: read the facts, let `decide` judge, write what it says.

    `key` is the claim's duplicate key. A number that was admitted before returns its stored
    answer; of two claims for one reward the unique index decides which stands (R25), and the other
    is judged again.
    """
    async with postgres.transaction() as connection:
        for _ in range(_RACES):
            if stored := await _admitted(connection, request):
                return stored
            entry = decide(await facts_of_account(connection, account_id, partner_id, key))
            if await _open(connection, request, entry):
                return entry.admission
    raise DatabaseUnavailable("PostgreSQL: a claim for the same reward kept changing")


async def facts_now(postgres: Postgres, account_id: str, partner_id: str, key: str) -> Facts:
    """Return what a claim is judged by, as it stands now."""
    async with postgres.transaction() as connection:
        return await facts_of_account(connection, account_id, partner_id, key)


async def _admitted(connection: Connection, request: AdmissionRequest) -> Admission | None:
    row = await QUERIES.admitted(connection, number=request.number)
    if row is None:
        return None
    stored = Admission.model_validate(row["admission"])
    return stored.model_copy(update={"stale": row["run_id"] != request.run_id})


async def _open(connection: Connection, request: AdmissionRequest, entry: Entry) -> bool:
    """Insert the ticket with its moves and letters; `False` where another claim was faster."""
    if entry.partner:
        await QUERIES.keep_profile(
            connection,
            partner_id=entry.partner.id,
            rules_hash=entry.partner.rules_hash,
            rules=entry.partner.model_dump(mode="json"),
        )
    if not await QUERIES.open_ticket(connection, **_row(request, entry)):
        return False
    await append(connection, entry.writing)
    return True


def _row(request: AdmissionRequest, entry: Entry) -> dict[str, Any]:
    claim, order, ticket = entry.claim, entry.order, entry.admission.ticket
    return {
        "number": request.number,
        "run_id": request.run_id,
        "digest": request.digest,
        "state": entry.writing.state,
        "writing": entry.writing.writing,
        "admission": entry.admission.model_dump(mode="json"),
        "account_id": claim.account_id,
        "partner_id": claim.partner_id,
        "kind": claim.kind,
        "rules_hash": entry.partner.rules_hash if entry.partner else None,
        "language": entry.language,
        "contact": claim.contact.model_dump(mode="json") if claim.contact else None,
        "answers": entry.answers,
        "link_id": order.link_id if order else None,
        "reward_id": claim.reward_id,
        "ordered_on": order.ordered_on if order else None,
        "ordered_at": order.ordered_at if order else None,
        "duplicate_key": order.duplicate_key if order else None,
        "reward_kind": order.reward_kind if order else None,
        "order_key": order.order_key if order else None,
        **money_columns("promised", ticket.promised if ticket else None),
        "reason_code": entry.writing.reason_code,
        "due_at": entry.writing.due_at,
        "resume_state": entry.writing.resume_state,
        "created_at": request.started_at,
    }
