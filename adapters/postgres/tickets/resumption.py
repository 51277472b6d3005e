"""Tickets whose workflow no longer runs: which they are, and what a new run needs to lead one."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from adapters.postgres.database import QUERIES, Database
from domain.admission.resumption import Resumption, restore_ticket
from domain.tickets.states import FINAL
from domain.tickets.ticket import MAX_REMEMBERED_IDS

RESUME_GRACE: Final = timedelta(minutes=1)
"""What was written so recently is led by somebody."""
_FINAL: Final = sorted(FINAL)


async def list_active_tickets(
    database: Database, after: str, max_rows: int, grace: timedelta = RESUME_GRACE
) -> list[str]:
    """Return up to `max_rows` numbers behind `after` whose tickets a workflow should lead."""
    async with database.transaction() as connection:
        page = {"after": after, "max_rows": max_rows, "grace": grace, "final": _FINAL}
        return [row["number"] async for row in QUERIES.list_active_tickets(connection, **page)]


async def mark_lost(
    database: Database, numbers: Sequence[str], grace: timedelta = RESUME_GRACE
) -> list[str]:
    """Let tickets ask for attention because no workflow leads them; return those that did not."""
    async with database.transaction() as connection:
        rows = QUERIES.mark_lost(connection, numbers=list(numbers), grace=grace)
        return [row["number"] async for row in rows]


async def clear_lost(database: Database, numbers: Sequence[str]) -> None:
    """Let tickets ask no more: a workflow leads them."""
    await database.execute(QUERIES.clear_lost, numbers=list(numbers))


async def list_lost_tickets(database: Database) -> list[str]:
    """Return the numbers of the tickets that are marked."""
    async with database.transaction() as connection:
        return [row["number"] async for row in QUERIES.list_lost_tickets(connection)]


async def is_ticket_open(database: Database, number: str) -> bool:
    """Say whether the ticket has not ended, as far as the database knows."""
    async with database.transaction() as connection:
        rows = QUERIES.filter_open_tickets(connection, numbers=[number], final=_FINAL)
        return bool([row async for row in rows])


async def allow_resumption(database: Database, number: str) -> bool:
    """Let one new run take the ticket up; `False` where there is nothing left to do for it."""
    return await database.fetch_value(QUERIES.allow_resumption, number=number) is not None


async def resume_ticket(database: Database, number: str, run_id: str) -> Resumption | None:
    """Let the run lead the ticket from now on, if it may, and no other; return the ticket.

    What came while no run led it is delivered again. Asked again by the same run, it is the same.
    """
    async with database.transaction() as connection:
        row = await QUERIES.resume_ticket(connection, number=number, run_id=run_id)
        if row is None:
            return None
        limited = {"number": number, "max_rows": MAX_REMEMBERED_IDS}
        await QUERIES.requeue_outcomes(connection, number=number)
        await QUERIES.requeue_reward_checks(connection, number=number)
        return restore_ticket(
            row,
            transitions=[one async for one in QUERIES.list_transitions(connection, number=number)],
            results=[one async for one in QUERIES.list_latest_results(connection, **limited)],
            messages=[one async for one in QUERIES.list_latest_messages(connection, **limited)],
            emails=[one async for one in QUERIES.list_unsent_emails(connection, number=number)],
        )
