"""The row of a discrepancy."""

from datetime import datetime

from domain.values.types import FrozenModel


class DiscrepancyRow(FrozenModel):
    """A discrepancy with its entry of the message log.

    `closed_at`, `closed_by` and `closing_note` are set once an agent has closed it.
    """

    discrepancy_id: int
    number: str
    message: str
    message_id: str
    actor: str
    code: str
    body: dict[str, object]
    at: datetime
    closed_at: datetime | None
    closed_by: str | None
    closing_note: str | None
