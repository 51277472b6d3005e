"""Tickets whose cancellation period counts from a given anchor."""

from datetime import UTC, datetime
from typing import Any

from domain.tickets.attention import Attention
from domain.tickets.ticket import Ticket
from tests.support.builders import WARSAW, a_new_ticket, a_partner

AMOUNT = [Attention.AMOUNT_UNDECIDED]


def a_ticket_counting(
    starts_from: str, period: str = "P14D", max_period: str = "P6M", **changes: Any
) -> Ticket:
    """A ticket whose cancellation period runs from `starts_from`."""
    terms = {"period": period, "starts_from": starts_from, "max_period": max_period}
    return a_new_ticket(a_partner(cancellation=terms), **changes)


def midnight(year: int, month: int, day: int) -> datetime:
    """The beginning of a day in Warsaw."""
    return datetime(year, month, day, tzinfo=WARSAW).astimezone(UTC)
