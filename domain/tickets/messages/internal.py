"""Messages that a ticket's own workflow sends to it."""

from domain.values.types import (
    FrozenModel,
    LongText,
)


class Delivered(FrozenModel):
    """The partner accepted the claim."""

    reference: LongText | None = None


class AttentionChanged(FrozenModel):
    """A delivery or an e-mail needs a person; or no longer does (`cleared`)."""

    attention: str
    cleared: bool = False


class DeadlinePassed(FrozenModel):
    """The timer of the ticket has fired."""


class InvalidMessage(FrozenModel):
    """A message that could not be decoded, with a problem per field."""

    message: str
    problems: dict[str, str] = {}
