"""The queued e-mails of a ticket."""

from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.changes.emails import (
    OutgoingEmail,
)
from domain.tickets.states import State

AWAITING = State.AWAITING_CANCELLATION_PERIOD


def queued_emails(aggregate: TicketAggregate) -> list[OutgoingEmail]:
    """The e-mails queued since the last change set."""
    return list(aggregate.collect_changes().emails)
