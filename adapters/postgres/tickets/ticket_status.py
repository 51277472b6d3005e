"""What the status page shows a member of a ticket, and the key of the links to it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from adapters.postgres.database import QUERIES, Database
from domain.tickets.states import Event, State
from domain.values.stored import read_stored
from domain.values.types import FrozenModel


class StatusStepRow(FrozenModel):
    """A transition, without actor and note."""

    event: Event
    to_state: State
    at: datetime
    reason_code: str | None


class TicketStatusRow(FrozenModel):
    """A ticket, without contact, account, notes and the other answers than those it is read from.

    `rules` are those that it was admitted under; `status_key` is that of valid links.
    """

    number: str
    status_key: int
    state: State
    kind: str
    language: str
    rules: dict[str, Any]
    answers: dict[str, str] | None
    ordered_on: date | None
    clicked_at: datetime | None
    due_at: datetime | None
    reason_code: str | None
    promised_amount: Decimal | None
    promised_currency: str | None
    confirmed_amount: Decimal | None
    confirmed_currency: str | None
    granted_amount: Decimal | None
    granted_currency: str | None
    transitions: tuple[StatusStepRow, ...]


async def get_ticket_status(database: Database, number: str) -> TicketStatusRow | None:
    """Return a ticket for its member; `None` for an unknown number and a discarded claim."""
    row = await database.fetch_row(QUERIES.get_ticket_status, number=number)
    return read_stored(TicketStatusRow, row) if row else None


async def revoke_status_links(database: Database, number: str) -> int | None:
    """Make all links to a ticket's status page invalid; return the key of new ones.

    `None` for an unknown number and a discarded claim.
    """
    key: int | None = await database.fetch_value(QUERIES.revoke_status_links, number=number)
    return key
