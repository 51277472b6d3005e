"""Messages that a ticket's own workflow sends to it."""

from domain.values.types import (
    FrozenModel,
    LongText,
)


class Delivered(FrozenModel):
    """Our own: the partner took the claim."""

    reference: LongText | None = None


class AttentionChanged(FrozenModel):
    """Our own: a delivery or a letter needs a person, and says why; or no longer does (`over`)."""

    attention: str
    cleared: bool = False


class DeadlinePassed(FrozenModel):
    """Our own: the moment in `Ticket.due_at` has come."""


class InvalidMessage(FrozenModel):
    """A message that could not be read: which, and what was wrong with it."""

    message: str
    problems: dict[str, str] = {}
