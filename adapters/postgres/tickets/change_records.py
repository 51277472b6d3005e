"""The records that a change set adds: transitions, e-mails, messages, results, an approval."""

from adapters.postgres.database import QUERIES, Connection
from domain.errors import TransitionConflict
from domain.tickets.approvals import Approval
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.changes.transition import Transition


async def insert_records(connection: Connection, change_set: ChangeSet) -> None:
    """Insert what a step adds, in its transaction: transitions, e-mails, messages, results."""
    number = change_set.number
    for transition in change_set.transitions:
        await _insert_transition(connection, number, transition)
    for email in change_set.emails:
        await QUERIES.insert_email(
            connection,
            number=number,
            key=email.key,
            kind=email.kind,
            language=email.language,
            params=email.params,
        )
    for ordinal, entry in enumerate(change_set.messages):
        await insert_message(connection, number, change_set.version, ordinal, entry)
    for result in change_set.results:
        await insert_request_result(connection, result)
    if approval := change_set.approval:
        await _insert_approval(connection, number, approval)


async def _insert_transition(connection: Connection, number: str, transition: Transition) -> None:
    is_new = await QUERIES.insert_transition(
        connection,
        number=number,
        seq=transition.seq,
        event=transition.event,
        from_state=transition.from_state,
        to_state=transition.to,
        reason_code=transition.reason_code,
        actor=transition.actor,
        note=transition.note,
        at=transition.at,
    )
    if is_new:
        return
    known = await QUERIES.get_transition(connection, number=number, seq=transition.seq)
    if (known["event"], known["to_state"]) != (transition.event, transition.to):
        raise TransitionConflict(number, transition.seq)


async def insert_message(
    connection: Connection, number: str, change_set: int, ordinal: int, entry: MessageLogEntry
) -> None:
    """Insert an entry of the message log, with its discrepancy if it is one."""
    await QUERIES.insert_message(
        connection,
        number=number,
        version=change_set,
        ordinal=ordinal,
        message=entry.message,
        message_id=entry.message_id,
        actor=entry.actor,
        code=entry.code,
        body=entry.body,
        seq=entry.seq,
        at=entry.at,
        discrepancy=entry.discrepancy,
    )


async def insert_request_result(connection: Connection, result: StoredRequestResult) -> None:
    """Store the result of a request inside a transaction; the first result stays."""
    await QUERIES.insert_request_result(
        connection,
        number=result.number,
        caller=result.caller,
        request_id=result.request_id,
        result=result.model_dump(mode="json"),
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
