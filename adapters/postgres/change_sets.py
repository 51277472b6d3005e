"""Change sets of tickets: each is one transaction, and changes nothing the second time."""

from adapters.postgres.database import QUERIES, Connection, Database
from adapters.postgres.rows import money_columns
from domain.errors import RunReplaced, TransitionConflict
from domain.tickets.approvals import Approval
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.changes.transition import Transition
from domain.tickets.ticket_limits import MAX_UNAPPLIED_MESSAGES


async def store_changes(database: Database, change_set: ChangeSet) -> None:
    """Write a step down in a transaction of its own."""
    async with database.transaction() as connection:
        await apply_changes(connection, change_set)


async def apply_changes(connection: Connection, change_set: ChangeSet) -> None:
    """Write a step inside a transaction; a late writing never overwrites a newer one. Raises
    `RunReplaced` for a run whose ticket another one has taken up.
    """
    number = change_set.number
    resumptions = await QUERIES.lock_resumptions(connection, number=number)
    if resumptions is not None and resumptions != change_set.resumptions:
        raise RunReplaced(number)
    await insert_records(connection, change_set)
    await QUERIES.acknowledge_outcomes(
        connection, number=number, ids=change_set.acknowledged_outcome_ids
    )
    if change_set.state.is_final:
        await QUERIES.clear_export_items(connection, number=number)
    await QUERIES.update_ticket(
        connection,
        number=number,
        version=change_set.version,
        state=change_set.state,
        reason_code=change_set.reason_code,
        due_at=change_set.due_at,
        cancellation_ends_at=change_set.cancellation_ends_at,
        attention=change_set.attention,
        partner_reference=change_set.partner_reference,
        proposal=change_set.proposal.model_dump(mode="json") if change_set.proposal else None,
        resume_state=change_set.resume_state,
        messages_left_out=change_set.messages_left_out,
        **money_columns("confirmed", change_set.confirmed_amount),
    )


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
        await _insert_message(connection, number, change_set.version, ordinal, note)
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


async def _insert_message(
    connection: Connection, number: str, change_set: int, ordinal: int, note: MessageLogEntry
) -> None:
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


async def log_late_message(connection: Connection, number: str, note: MessageLogEntry) -> None:
    """Keep a note of what no workflow hears, after the ticket's end above all: of many, only their
    number. A discrepancy that is known brings no second one.
    """
    await QUERIES.lock_ticket(connection, number=number)
    key = {"number": number, "key": note.discrepancy}
    if note.discrepancy and await QUERIES.discrepancy_exists(connection, **key):
        return
    room = {"number": number, "discrepancy": note.discrepancy, "most": MAX_UNAPPLIED_MESSAGES}
    if not await QUERIES.has_room_for_late_message(connection, **room):
        await QUERIES.count_omitted_message(connection, number=number)
        return
    ordinal = await QUERIES.next_late_ordinal(connection, number=number)
    await _insert_message(connection, number, 0, ordinal, note)
