"""Tickets whose workflow no longer runs: finding and marking them, and resuming one."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from adapters.postgres.database import QUERIES, Database, repeat_after_migration
from domain.admission.admission import Admission
from domain.admission.resumption import (
    LoggedMessage,
    Resumption,
    StoredTicket,
    restore_ticket,
)
from domain.tickets.changes.emails import OutgoingEmail
from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.changes.transition import Transition
from domain.tickets.states import FINAL
from domain.tickets.ticket import MAX_REMEMBERED_IDS
from domain.values.stored import read_stored

RESUME_GRACE: Final = timedelta(minutes=1)
"""A ticket that changed within this time has a running workflow."""
_FINAL: Final = sorted(FINAL)


@repeat_after_migration
async def list_active_tickets(
    database: Database, after: str, max_rows: int, grace: timedelta = RESUME_GRACE
) -> list[str]:
    """Return up to `max_rows` tickets behind `after` that should have a running workflow."""
    async with database.transaction() as connection:
        page = {"after": after, "max_rows": max_rows, "grace": grace, "final": _FINAL}
        return [row["number"] async for row in QUERIES.list_active_tickets(connection, **page)]


@repeat_after_migration
async def mark_lost(
    database: Database, numbers: Sequence[str], grace: timedelta = RESUME_GRACE
) -> list[str]:
    """Set the attention flag `workflow_lost`; return the tickets that did not have it."""
    async with database.transaction() as connection:
        rows = QUERIES.mark_lost(connection, numbers=list(numbers), grace=grace)
        return [row["number"] async for row in rows]


async def clear_lost(database: Database, numbers: Sequence[str]) -> None:
    """Clear the attention flag `workflow_lost`: these tickets have a running workflow."""
    await database.execute(QUERIES.clear_lost, numbers=list(numbers))


@repeat_after_migration
async def list_lost_tickets(database: Database) -> list[str]:
    """Return the tickets with the attention flag `workflow_lost`."""
    async with database.transaction() as connection:
        return [row["number"] async for row in QUERIES.list_lost_tickets(connection)]


@repeat_after_migration
async def is_ticket_open(database: Database, number: str) -> bool:
    """Say whether the ticket is open, as far as the database knows."""
    async with database.transaction() as connection:
        rows = QUERIES.filter_open_tickets(connection, numbers=[number], final=_FINAL)
        return bool([row async for row in rows])


async def allow_resumption(database: Database, number: str) -> bool:
    """Allow one new run to resume the ticket; `False` if nothing is left to do for it."""
    return await database.fetch_value(QUERIES.allow_resumption, number=number) is not None


@repeat_after_migration
async def resume_ticket(database: Database, number: str, run_id: str) -> Resumption | None:
    """Let this run, and no other, process the ticket from now on, if the ticket is resumable.

    Messages that arrived while no workflow ran are dispatched again. Repeated by the same run, the
    call returns the same.
    """
    async with database.transaction() as connection:
        row = await QUERIES.resume_ticket(connection, number=number, run_id=run_id)
        if row is None:
            return None
        limited = {"number": number, "max_rows": MAX_REMEMBERED_IDS}
        await QUERIES.requeue_outcomes(connection, number=number)
        await QUERIES.requeue_reward_checks(connection, number=number)
        results = QUERIES.list_latest_results(connection, **limited)
        messages = QUERIES.list_latest_messages(connection, **limited)
        transitions = QUERIES.list_transitions(connection, number=number)
        emails = QUERIES.list_unsent_emails(connection, number=number)
        stored = StoredTicket(
            admission=read_stored(Admission, row["admission"]),
            resume_state=row["resume_state"],
            resumptions=row["resumptions"],
            version=row["version"],
            transitions=[_transition_from_row(dict(one)) async for one in transitions],
            results=[read_stored(StoredRequestResult, one["result"]) async for one in results],
            messages=[LoggedMessage(**dict(one)) async for one in messages],
            unsent_emails=[read_stored(OutgoingEmail, dict(one)) async for one in emails],
        )
    return restore_ticket(stored)


def _transition_from_row(row: dict[str, Any]) -> Transition:
    return read_stored(Transition, {**row, "to": row.pop("to_state")})
