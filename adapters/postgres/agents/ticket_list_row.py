"""The row of a ticket in a list."""

from datetime import datetime

from adapters.postgres.agents.ticket_record_rows import ContactRow
from domain.values.types import FrozenModel


class TicketListRow(FrozenModel):
    """A ticket in a queue or among the results of a search."""

    number: str
    state: str
    kind: str | None
    partner_id: str | None
    account_id: str | None
    contact: ContactRow | None
    created_at: datetime
    due_at: datetime | None
    attention: tuple[str, ...]
    reason_code: str | None
