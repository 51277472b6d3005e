"""The rows that an admission reads and writes."""

from typing import Any

from adapters.postgres.database import QUERIES, Connection
from adapters.postgres.rows import money_columns
from adapters.postgres.tickets.change_records import insert_records
from domain.admission.admission import Admission, AdmissionRequest
from domain.admission.admission_record import AdmissionRecord
from domain.values.stored import read_stored


async def load_admission(connection: Connection, request: AdmissionRequest) -> Admission | None:
    """Return the stored admission of this number, if there is one."""
    row = await QUERIES.get_admission(connection, number=request.number)
    if row is None:
        return None
    stored = read_stored(Admission, row["admission"])
    return stored.model_copy(
        update={"is_from_earlier_run": row["workflow_run_id"] != request.run_id}
    )


async def insert_ticket(
    connection: Connection, request: AdmissionRequest, entry: AdmissionRecord
) -> bool:
    """Insert the ticket with its transitions and e-mails; `False` if another claim was faster."""
    if entry.partner:
        await QUERIES.insert_profile(
            connection,
            partner_id=entry.partner.id,
            rules_hash=entry.partner.rules_hash,
            rules=entry.partner.model_dump(mode="json"),
        )
    if not await QUERIES.insert_ticket(connection, **_ticket_columns(request, entry)):
        return False
    await insert_records(connection, entry.change_set)
    return True


def _ticket_columns(request: AdmissionRequest, entry: AdmissionRecord) -> dict[str, Any]:
    claim, order, ticket = entry.claim, entry.order, entry.admission.ticket
    return {
        "number": request.number,
        "workflow_run_id": request.run_id,
        "claim_digest": request.digest,
        "state": entry.change_set.state,
        "version": entry.change_set.version,
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
        **money_columns("promised", ticket.promised_amount if ticket else None),
        "reason_code": entry.change_set.reason_code,
        "due_at": entry.change_set.due_at,
        "resume_state": entry.change_set.resume_state,
        "created_at": request.started_at,
    }
