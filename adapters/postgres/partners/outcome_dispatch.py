"""The outbox of outcomes: leased to one dispatcher, a few at a time, in order of arrival."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from adapters.postgres.agents.discrepancies import log_late_outcome
from adapters.postgres.database import QUERIES, Connection, Database, repeat_after_migration
from domain.codes import MessageCode, RefusalCode
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.states import FINAL
from domain.values.stored import read_stored

WORKFLOW_LOST: Final = RefusalCode.WORKFLOW_LOST
"""The code of an outcome whose ticket had no running workflow; the next run receives it."""
MAX_IN_FLIGHT: Final = 25
"""Outcomes that a ticket was signalled and has not acknowledged, at most."""
MAX_OUTCOMES_PER_DISPATCH: Final = 10
"""Outcomes of one ticket per dispatch."""
MAX_TICKETS_PER_PARTNER: Final = 16
"""Tickets of one partner that one dispatch leases."""
OUTCOME_LEASE: Final = timedelta(seconds=30)
"""Longer than a dispatch takes."""
DISPATCH_INTERVAL: Final = timedelta(seconds=0.5)
DISPATCH_RETRY_INTERVAL: Final = timedelta(seconds=5)


@dataclass(frozen=True)
class PendingOutcomes:
    """Leased outcomes by their sequence; the dispatcher stores the code of each in `codes`."""

    numbers: Sequence[str] = ()
    outcomes: Mapping[int, PartnerOutcome] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)


@repeat_after_migration
async def lease_pending_outcomes(
    database: Database, numbers: Sequence[str] | None = None
) -> PendingOutcomes:
    """Lease the next outcomes of the tickets `numbers`, or of due tickets of every partner.

    No other dispatcher gets them until `release_outcomes`, or until the lease ends.
    """
    async with database.transaction() as connection:
        if numbers is None:
            rows = QUERIES.lease_due_tickets(
                connection, lease=OUTCOME_LEASE, max_rows=MAX_TICKETS_PER_PARTNER
            )
        else:
            rows = QUERIES.lease_tickets(connection, lease=OUTCOME_LEASE, numbers=list(numbers))
        leased = [row["number"] async for row in rows]
        limits = {"at_once": MAX_OUTCOMES_PER_DISPATCH, "in_flight": MAX_IN_FLIGHT}
        rows = QUERIES.list_leased_outcomes(connection, numbers=leased, **limits)
        found = {row["sequence"]: row["outcome"] async for row in rows}
    return PendingOutcomes(
        leased, {at: read_stored(PartnerOutcome, one) for at, one in found.items()}
    )


@repeat_after_migration
async def release_outcomes(
    database: Database, pending: PendingOutcomes, pause: timedelta = DISPATCH_INTERVAL
) -> None:
    """Mark dispatched outcomes, log those that came too late, and schedule tickets with more."""
    if not pending.numbers:
        return
    async with database.transaction() as connection:
        numbers = sorted(pending.numbers)
        # Before the tickets, as in every transaction that stores outcomes: no deadlock.
        async for _ in QUERIES.lock_outcome_tickets(connection, numbers=numbers):
            pass
        await _mark_dispatched(connection, pending)
        await QUERIES.release_outcome_tickets(connection, numbers=numbers, pause=pause)


async def _mark_dispatched(connection: Connection, pending: PendingOutcomes) -> None:
    closed = [
        pending.outcomes[at]
        for at, code in pending.codes.items()
        if code == MessageCode.TICKET_CLOSED
    ]
    lost = await _open_among(connection, {outcome.number or "" for outcome in closed})
    for at, outcome in pending.outcomes.items():
        if pending.codes.get(at) == MessageCode.TICKET_CLOSED and outcome.number in lost:
            pending.codes[at] = WORKFLOW_LOST
    dispatched = [(pending.outcomes[at], at, code) for at, code in pending.codes.items()]
    await QUERIES.mark_outcomes_dispatched(
        connection,
        numbers=[outcome.number for outcome, _, _ in dispatched],
        sequences=[at for _, at, _ in dispatched],
        codes=[code for _, _, code in dispatched],
    )
    for outcome, _, code in dispatched:
        if code == MessageCode.TICKET_CLOSED:
            await log_late_outcome(connection, outcome, MessageCode.TICKET_CLOSED)


async def _open_among(connection: Connection, numbers: Iterable[str]) -> set[str]:
    filters = {"numbers": list(numbers), "final": sorted(FINAL)}
    return {row["number"] async for row in QUERIES.filter_open_tickets(connection, **filters)}
