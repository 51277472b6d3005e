"""The fields that may be replaced are those of a ticket, with the same types."""

from typing import get_type_hints

from domain.tickets.aggregate.ticket_fields import TicketFields
from domain.tickets.ticket import Ticket


def test_every_replaceable_field_has_the_type_that_the_ticket_declares() -> None:
    declared = get_type_hints(Ticket)
    assert get_type_hints(TicketFields).items() <= declared.items()
