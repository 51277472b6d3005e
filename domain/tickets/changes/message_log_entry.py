"""A message as it is stored in a ticket's log."""

from datetime import datetime
from typing import Any

from domain.values.types import FrozenModel, LongText


class MessageLogEntry(FrozenModel):
    """A message as it is kept: what came, from whom, and what became of it (`code`).

    `discrepancy`: the key under which agents see it, where it contradicts the ticket and moved
    nothing.
    """

    message: LongText
    message_id: LongText
    actor: str
    code: str
    at: datetime
    body: dict[str, Any] = {}
    seq: int | None = None
    discrepancy: str | None = None
