"""How doors tell tickets what their partners found: the signal, and what became of it."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from adapters.postgres.database import Postgres
from adapters.postgres.outcomes import PAUSE, PAUSE_AFTER_TROUBLE, Turn, end_turn, next_turn
from domain.codes import MessageCode
from domain.errors import TransientError
from domain.tickets.messages.signals import PartnerOutcome
from workflows.temporal_errors import is_workflow_not_found, unavailable_as_transient

DISPATCHED: Final = "dispatched"
SIGNAL_TIMEOUT_SECONDS: Final = 5.0
"""Seconds for one signal."""
MAX_CONCURRENT_SIGNALS: Final = 16
_UNAVAILABLE_STATUSES: Final = {
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
}


class OutcomeDispatcher:
    """Signals partners' outcomes."""

    def __init__(self, client: Client) -> None:
        """Speak through any client that writes JSON."""
        self._client = client

    async def signal_outcome(self, outcome: PartnerOutcome) -> str:
        """Signal `outcome` to the ticket it names; return `dispatched` or `ticket_closed`.

        Told twice, it changes nothing: the ticket knows its `outcome_id`. Raises `TransientError`
        while Temporal is away, `RPCError` for anything else that it says.
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
        self, postgres: Postgres, numbers: Sequence[str] | None = None
    ) -> int:
        """Dispatch what was kept for tickets, each in the order in which it came, a few at a time;
        return how many outcomes that were. `numbers`: the tickets, else those whose turn it is.

        No transaction is open meanwhile. Raises `TransientError` or `RPCError` after the others are
        told: what is left is told later.
        """
        turn = await next_turn(postgres, numbers)
        failures = await self._dispatch_all(turn)
        await end_turn(postgres, turn, PAUSE_AFTER_TROUBLE if failures else PAUSE)
        if failures:
            raise failures[0]
        return len(turn.outcomes)

    async def _dispatch_all(self, turn: Turn) -> list[TransientError | RPCError]:
        tickets: dict[str, list[int]] = defaultdict(list)
        for position, outcome in turn.outcomes.items():
            tickets[outcome.number or ""].append(position)
        failures: list[TransientError | RPCError] = []
        at_once = asyncio.Semaphore(MAX_CONCURRENT_SIGNALS)

        async def tell(positions: Sequence[int]) -> None:
            async with at_once:
                if any(isinstance(failure, TransientError) for failure in failures):
                    return
                try:
                    for at in positions:
                        turn.codes[at] = await self.signal_outcome(turn.outcomes[at])
                except (TransientError, RPCError) as failure:
                    failures.append(failure)

        await asyncio.gather(*map(tell, tickets.values()))
        return failures
