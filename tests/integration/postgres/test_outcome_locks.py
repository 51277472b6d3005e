"""Storing, dispatching and logging outcomes of one ticket at once never deadlocks."""

import asyncio

from adapters.postgres.database import Database
from adapters.postgres.partners.outcome_dispatch import (
    lease_pending_outcomes,
    release_outcomes,
)
from adapters.postgres.partners.outcomes import store_outcomes
from domain.codes import MessageCode
from tests.support.builders import a_withdrawal, an_outcome
from tests.support.ticket_store import TicketStore

ROUNDS = 15
BATCH = 20


async def test_outcomes_are_stored_while_late_ones_of_their_ticket_are_logged(
    database: Database,
) -> None:
    """A call inserts outcomes of a ticket whose earlier ones are logged as too late."""
    store = TicketStore(database)
    await store.register_link()
    admission = await store.file()
    await store.handle(admission, a_withdrawal(), sent=True)
    number = admission.result.number

    async def store_batch(batch: int) -> None:
        ids = [f"evt-{batch}-{index}" for index in range(BATCH)]
        outcomes = [an_outcome("rejected", outcome_id=one, number=number) for one in ids]
        await store_outcomes(database, "velotel", outcomes)

    async def dispatch() -> None:
        pending = await lease_pending_outcomes(database, [number])
        pending.codes.update(dict.fromkeys(pending.outcomes, MessageCode.TICKET_CLOSED))
        await release_outcomes(database, pending)

    for turn in range(ROUNDS):
        calls = [store_batch(4 * turn + index) for index in range(4)]
        await asyncio.gather(*calls, *(dispatch() for _ in range(3)))
