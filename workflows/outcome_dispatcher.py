"""Dispatches stored partner outcomes: signals each to the workflow of its ticket."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from adapters.postgres.database import Database
from adapters.postgres.partners.outcome_dispatch import (
    DISPATCH_INTERVAL,
    DISPATCH_RETRY_INTERVAL,
    PendingOutcomes,
    lease_pending_outcomes,
    release_outcomes,
)
from domain.codes import MessageCode
from domain.errors import TransientError
from domain.tickets.messages.signals import PartnerOutcome
from workflows.temporal_errors import is_workflow_not_found, unavailable_as_transient

DISPATCHED: Final = "dispatched"
SIGNAL_TIMEOUT_SECONDS: Final = 5.0
MAX_CONCURRENT_SIGNALS: Final = 16
_UNAVAILABLE_STATUSES: Final = {
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
}


class OutcomeDispatcher:
    """Signals outcomes to tickets; safe to repeat, because a ticket knows its `outcome_id`s."""

    def __init__(self, client: Client) -> None:
        """Use any client whose data converter writes JSON."""
        self._client = client

    async def signal_outcome(self, outcome: PartnerOutcome) -> str:
        """Signal `outcome` to the ticket it names; return `dispatched` or `ticket_closed`.

        Raises `TransientError` while Temporal is unavailable, else its `RPCError`.
        """
        ticket = self._client.get_workflow_handle(outcome.number or "")
        try:
            with unavailable_as_transient():
                async with asyncio.timeout(SIGNAL_TIMEOUT_SECONDS):
                    await ticket.signal("partner_outcome", outcome.model_dump(mode="json"))
        except RPCError as error:
            if error.status in _UNAVAILABLE_STATUSES:
                raise TransientError(f"Temporal: {error.status.name}") from None
            if not is_workflow_not_found(error):
                raise
            return MessageCode.TICKET_CLOSED
        return DISPATCHED

    async def dispatch_pending(
        self, database: Database, numbers: Sequence[str] | None = None
    ) -> int:
        """Dispatch pending outcomes, in order for each ticket; return how many there were.

        `numbers` names the tickets; without it, those that are due. No transaction is open
        meanwhile. Raises the first `TransientError` or `RPCError` at the end; what failed stays
        pending.
        """
        turn = await lease_pending_outcomes(database, numbers)
        failures = await self._dispatch_all(turn)
        await release_outcomes(
            database, turn, DISPATCH_RETRY_INTERVAL if failures else DISPATCH_INTERVAL
        )
        if failures:
            raise failures[0]
        return len(turn.outcomes)

    async def _dispatch_all(self, turn: PendingOutcomes) -> list[TransientError | RPCError]:
        tickets: dict[str, list[int]] = defaultdict(list)
        for position, outcome in turn.outcomes.items():
            tickets[outcome.number or ""].append(position)
        failures: list[TransientError | RPCError] = []
        semaphore = asyncio.Semaphore(MAX_CONCURRENT_SIGNALS)

        async def dispatch(positions: Sequence[int]) -> None:
            async with semaphore:
                if any(isinstance(failure, TransientError) for failure in failures):
                    return
                try:
                    for at in positions:
                        turn.codes[at] = await self.signal_outcome(turn.outcomes[at])
                except (TransientError, RPCError) as failure:
                    failures.append(failure)

        await asyncio.gather(*map(dispatch, tickets.values()))
        return failures
