"""Results of updates, returned again when an update is repeated."""

from domain.tickets.states import State
from domain.values.types import FrozenModel


class RequestResult(FrozenModel):
    """The first answer to a request, given again whenever it is repeated.

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
    """An answer as it is kept: whose request it answers, and the digest of what was asked."""

    caller: str
    digest: str

    @property
    def key(self) -> str:
        """What names the request among all of its ticket (`Request.key`)."""
        return f"{self.caller} {self.request_id}"
