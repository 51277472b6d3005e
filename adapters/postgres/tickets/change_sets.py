"""Change sets of tickets: each is stored in one transaction; repeating it changes nothing."""

from adapters.postgres.database import QUERIES, Connection, Database, repeat_after_migration
from adapters.postgres.rows import money_columns
from adapters.postgres.tickets.change_records import insert_records
from domain.errors import RunReplaced
from domain.tickets.changes.change_set import ChangeSet


@repeat_after_migration
async def store_changes(database: Database, change_set: ChangeSet) -> None:
    """Store a change set in a separate transaction."""
    async with database.transaction() as connection:
        await apply_changes(connection, change_set)


async def apply_changes(connection: Connection, change_set: ChangeSet) -> None:
    """Store a change set inside a transaction; an older one never overwrites a newer one.

    Raises `RunReplaced` for a run whose ticket another run has resumed.
    """
    number = change_set.number
    resumptions = await QUERIES.lock_resumptions(connection, number=number)
    if resumptions is not None and resumptions != change_set.resumptions:
        raise RunReplaced(number)
    await insert_records(connection, change_set)
    if ids := change_set.acknowledged_outcome_ids:
        await QUERIES.acknowledge_outcomes(connection, number=number, ids=ids)
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
