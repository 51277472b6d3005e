"""The e-mails that a step queues."""

from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.changes.emails import (
    OutgoingEmail,
)
from domain.tickets.states import State

AWAITING = State.AWAITING_CANCELLATION_PERIOD


def letters(aggregate: TicketAggregate) -> list[OutgoingEmail]:
    """The letters earned since the last writing."""
    return list(aggregate.collect_changes().emails)
