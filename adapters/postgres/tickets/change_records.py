"""The records that a change set adds: transitions, e-mails, messages, results, an approval."""

from adapters.postgres.database import QUERIES, Connection
from domain.errors import TransitionConflict
from domain.tickets.approvals import Approval
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.changes.transition import Transition


async def insert_records(connection: Connection, change_set: ChangeSet) -> None:
    """Keep what a step adds, inside a transaction: moves, letters, notes, answers."""
    number = change_set.number
    for move in change_set.transitions:
        await _insert_transition(connection, number, move)
    for letter in change_set.emails:
        await QUERIES.insert_email(
            connection,
            number=number,
            key=letter.key,
            kind=letter.kind,
            language=letter.language,
            params=letter.params,
        )
    for ordinal, note in enumerate(change_set.messages):
        await insert_message(connection, number, change_set.version, ordinal, note)
    for answer in change_set.results:
        await insert_request_result(connection, answer)
    if approval := change_set.approval:
        await _insert_approval(connection, number, approval)


async def _insert_transition(connection: Connection, number: str, move: Transition) -> None:
    is_new = await QUERIES.insert_transition(
        connection,
        number=number,
        seq=move.seq,
        event=move.event,
        from_state=move.from_state,
        to_state=move.to,
        reason_code=move.reason_code,
        actor=move.actor,
        note=move.note,
        at=move.at,
    )
    if is_new:
        return
    known = await QUERIES.get_transition(connection, number=number, seq=move.seq)
    if (known["event"], known["to_state"]) != (move.event, move.to):
        raise TransitionConflict(number, move.seq)


async def insert_message(
    connection: Connection, number: str, change_set: int, ordinal: int, note: MessageLogEntry
) -> None:
    """Insert an entry of the message log, with its discrepancy if it is one."""
    await QUERIES.insert_message(
        connection,
        number=number,
        version=change_set,
        ordinal=ordinal,
        message=note.message,
        message_id=note.message_id,
        actor=note.actor,
        code=note.code,
        body=note.body,
        seq=note.seq,
        at=note.at,
        discrepancy=note.discrepancy,
    )


async def insert_request_result(connection: Connection, answer: StoredRequestResult) -> None:
    """Keep the answer to a request inside a transaction; the first one stays."""
    await QUERIES.insert_request_result(
        connection,
        number=answer.number,
        caller=answer.caller,
        request_id=answer.request_id,
        result=answer.model_dump(mode="json"),
    )


async def _insert_approval(connection: Connection, number: str, approval: Approval) -> None:
    await QUERIES.insert_approval(
        connection,
        number=number,
        seq=approval.seq,
        amount=approval.amount.amount,
        currency=approval.amount.currency,
        proposed_by=approval.proposed_by,
        approved_by=approval.approved_by,
    )
