"""How a door tells a ticket what its partner found: the signal, and what became of it."""

from typing import Final

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.messages import PartnerOutcome

TOLD: Final = "told"
TICKET_CLOSED: Final = "ticket_closed"


class Teller:
    """Signals partners' outcomes."""

    def __init__(self, client: Client) -> None:
        """Speak through any client that writes JSON."""
        self._client = client

    async def tell(self, outcome: PartnerOutcome) -> str:
        """Signal `outcome` to the ticket it names; return `told` or `ticket_closed`.

        Told twice, it changes nothing: the ticket knows its `outcome_id`. Raises `RPCError` while
        Temporal is away.
        """
        ticket = self._client.get_workflow_handle(outcome.number or "")
        try:
            await ticket.signal("partner_outcome", outcome.model_dump(mode="json"))
        except RPCError as error:
            # A namespace that is not there says nothing about the ticket.
            if error.status is not RPCStatusCode.NOT_FOUND or "namespace" in error.message.lower():
                raise
            return TICKET_CLOSED
        return TOLD
