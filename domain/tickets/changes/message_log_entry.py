"""A message as it is stored in a ticket's log."""

from datetime import datetime

from domain.values.types import FrozenModel, LongText


class MessageLogEntry(FrozenModel):
    """A message, its sender and the code of its result.

    `seq`: the transition that it caused. `discrepancy`: its key, if it contradicts the ticket.
    """

    message: LongText
    message_id: LongText
    actor: str
    code: str
    at: datetime
    body: dict[str, object] = {}
    seq: int | None = None
    discrepancy: str | None = None
