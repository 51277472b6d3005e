"""Confirmed tickets, and the effect of their next outcome."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.states import State
from domain.tickets.ticket import Ticket
from tests.support.builders import (
    NOW,
    WARSAW,
    an_aggregate,
    an_outcome,
)

AWAITING = State.AWAITING_CANCELLATION_PERIOD
LATER = NOW + timedelta(hours=1)
MUCH_LATER = datetime(2199, 1, 1, tzinfo=UTC)
ENDS = {"cancellation_ends_on": "2026-11-30"}


def pln(amount: str) -> dict[str, str]:
    """An amount in the market's currency."""
    return {"amount": amount, "currency": "PLN"}


def confirmed(partner: Any = None, **stated: Any) -> TicketAggregate:
    """A ticket whose partner confirmed with these fields, without pending changes."""
    aggregate = an_aggregate(State.SENT_TO_PARTNER, partner)
    handle_message(aggregate, an_outcome(outcome_id="first", **stated), NOW)
    aggregate.collect_changes()
    return aggregate


def log_entries(aggregate: TicketAggregate) -> list[tuple[str, bool]]:
    """The code of each message logged since the last change set, and whether it is a
    discrepancy.
    """
    return [(entry.code, bool(entry.discrepancy)) for entry in aggregate.collect_changes().messages]


def amount(ticket: Ticket) -> str | None:
    """The amount that the ticket would grant."""
    return str(ticket.confirmed_amount.amount) if ticket.confirmed_amount else None


def midnight(year: int, month: int, day: int) -> datetime:
    """The beginning of a day in Warsaw."""
    return datetime(year, month, day, tzinfo=WARSAW).astimezone(UTC)
