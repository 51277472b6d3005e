"""The outbox of outcomes: leased to one dispatcher, a few at a time, in order of arrival."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from adapters.postgres.agents.discrepancies import log_late_outcome
from adapters.postgres.database import QUERIES, Connection, Database
from domain.codes import MessageCode, RefusalCode
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.states import FINAL

WORKFLOW_LOST: Final = RefusalCode.WORKFLOW_LOST
"""The code of an outcome whose ticket had no running workflow; the next one is told it."""
MAX_IN_FLIGHT: Final = 25
"""Outcomes that a ticket was signalled and has not acknowledged."""
MAX_OUTCOMES_PER_DISPATCH: Final = 10
"""Outcomes that a ticket is signalled in one turn."""
MAX_TICKETS_PER_PARTNER: Final = 16
"""Tickets of one partner that are looked after in one round."""
OUTCOME_LEASE: Final = timedelta(seconds=30)
"""Longer than a turn takes."""
DISPATCH_INTERVAL: Final = timedelta(seconds=0.5)
DISPATCH_RETRY_INTERVAL: Final = timedelta(seconds=5)


@dataclass(frozen=True)
class PendingOutcomes:
    """Outcomes that go to their tickets now, in order and by their position; whoever dispatches
    them notes in `codes` what became of each.
    """

    numbers: Sequence[str] = ()
    outcomes: Mapping[int, PartnerOutcome] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)


async def lease_pending_outcomes(
    database: Database, numbers: Sequence[str] | None = None
) -> PendingOutcomes:
    """Take the next outcomes of the tickets of `numbers` for nobody else to dispatch meanwhile,
    else of tickets whose turn it is, of every partner some; `release_outcomes` gives them back.
    """
    async with database.transaction() as connection:
        if numbers is None:
            rows = QUERIES.lease_due_tickets(
                connection, lease=OUTCOME_LEASE, most=MAX_TICKETS_PER_PARTNER
            )
        else:
            rows = QUERIES.lease_tickets(connection, lease=OUTCOME_LEASE, numbers=list(numbers))
        mine = [row["number"] async for row in rows]
        limits = {"at_once": MAX_OUTCOMES_PER_DISPATCH, "in_flight": MAX_IN_FLIGHT}
        rows = QUERIES.list_leased_outcomes(connection, numbers=mine, **limits)
        found = {row["sequence"]: row["outcome"] async for row in rows}
    return PendingOutcomes(
        mine, {at: PartnerOutcome.model_validate(one) for at, one in found.items()}
    )


async def release_outcomes(
    database: Database, turn: PendingOutcomes, pause: timedelta = DISPATCH_INTERVAL
) -> None:
    """Mark what was dispatched, record what came too late, and let the tickets wait for their next
    turn, those for which something is left.
    """
    if not turn.numbers:
        return
    async with database.transaction() as connection:
        await _mark_dispatched(connection, turn)
        numbers = sorted(turn.numbers)
        async for _ in QUERIES.lock_outcome_tickets(connection, numbers=numbers):
            pass
        await QUERIES.release_outcome_tickets(connection, numbers=numbers, pause=pause)


async def _mark_dispatched(connection: Connection, turn: PendingOutcomes) -> None:
    closed = [
        turn.outcomes[at] for at, code in turn.codes.items() if code == MessageCode.TICKET_CLOSED
    ]
    lost = await _open_among(connection, {outcome.number or "" for outcome in closed})
    for at, outcome in turn.outcomes.items():
        if turn.codes.get(at) == MessageCode.TICKET_CLOSED and outcome.number in lost:
            turn.codes[at] = WORKFLOW_LOST
    told = [(turn.outcomes[at], at, code) for at, code in turn.codes.items()]
    await QUERIES.mark_outcomes_dispatched(
        connection,
        numbers=[outcome.number for outcome, _, _ in told],
        sequences=[at for _, at, _ in told],
        codes=[code for _, _, code in told],
    )
    for outcome, _, code in told:
        if code == MessageCode.TICKET_CLOSED:
            await log_late_outcome(connection, outcome, MessageCode.TICKET_CLOSED)


async def _open_among(connection: Connection, numbers: Iterable[str]) -> set[str]:
    wanted = {"numbers": list(numbers), "final": sorted(FINAL)}
    return {row["number"] async for row in QUERIES.filter_open_tickets(connection, **wanted)}
