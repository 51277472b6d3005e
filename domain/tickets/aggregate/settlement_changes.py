"""Change sets of a settlement, computed before its result is known."""

from datetime import datetime

from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.settlement import SettlementResult
from domain.tickets.ticket import Ticket


def settlement_changes(ticket: Ticket, now: datetime) -> dict[SettlementResult, ChangeSet]:
    """Return the change set for each result that the granting transaction may reach."""
    changes = {}
    for result in SettlementResult:
        aggregate = TicketAggregate(ticket)
        aggregate.apply_settlement(result, now)
        changes[result] = aggregate.collect_changes()
    return changes
