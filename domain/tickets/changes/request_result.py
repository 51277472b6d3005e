"""Results of updates, returned again when an update is repeated."""

from domain.tickets.states import State
from domain.values.types import FrozenModel


class RequestResult(FrozenModel):
    """The result of an update.

    `awaits_approval`: a decision above the partner's maximum was recorded, and another agent has to
    decide for the same amount.
    """

    request_id: str
    number: str
    state: State
    state_changed: bool
    code: str | None = None
    problems: dict[str, str] = {}
    awaits_approval: bool = False


class StoredRequestResult(RequestResult):
    """A result with the caller of its update and the digest of the content."""

    caller: str
    digest: str

    @property
    def key(self) -> str:
        """Identifies the command within its ticket (`TicketCommand.key`)."""
        return f"{self.caller} {self.request_id}"
