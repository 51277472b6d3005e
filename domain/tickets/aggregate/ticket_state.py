"""The current state of a ticket, and its reasons for attention."""

from collections.abc import Set
from typing import Unpack

from domain.tickets.aggregate.ticket_fields import TicketFields, replace
from domain.tickets.attention import Attention
from domain.tickets.ticket import Ticket


class TicketState:
    """Holds an immutable ticket; each change replaces it."""

    def __init__(self, ticket: Ticket) -> None:
        """Start from `ticket`."""
        self.ticket = ticket

    def _replace(self, **fields: Unpack[TicketFields]) -> None:
        self.ticket = replace(self.ticket, **fields)

    def add_attention(self, reason: Attention) -> None:
        """Flag the ticket for a person to look at; reasons are sorted by name."""
        self._replace(attention=tuple(sorted({*self.ticket.attention, reason})))

    def remove_attention(self, reasons: Set[Attention]) -> None:
        """Clear the given reasons for attention."""
        self._replace(attention=tuple(sorted(set(self.ticket.attention) - reasons)))
