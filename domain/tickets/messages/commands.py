"""Commands of members and agents, sent as updates (docs/contract.md, "Temporal")."""

from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from domain.claims.claim_digest import normalize_content
from domain.tickets.messages.questions import Questions
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.values.json_text import content_digest
from domain.values.money import Money
from domain.values.types import FrozenModel, Identifier, LongText

Sender = Annotated[str, Field(min_length=1, max_length=220, pattern=r"^[!-~]+$")]
"""A role, with an id if the role has many members: `member`, `agent:anna`."""


class TicketCommand(FrozenModel):
    """What every update has: a permanent id, and the actor.

    Ids belong to the `caller` (by default the `actor`): those of others cannot collide with them.
    An id always has the same content (`digest`).
    """

    request_id: Identifier
    actor: Sender
    caller: Sender | None = None

    @property
    def key(self) -> str:
        """Identifies this command within its ticket."""
        return f"{self.sender} {self.request_id}"

    @property
    def sender(self) -> str:
        """The owner of the id."""
        return self.caller or self.actor

    @property
    def digest(self) -> str:
        """The digest of type and content: known fields, cleaned, without nulls."""
        content = self.model_dump(mode="json", exclude={"request_id", "caller"}, exclude_none=True)
        return content_digest([type(self).__name__, normalize_content(content)])


class Withdrawal(TicketCommand):
    """Update `withdraw`: the member, or an agent on their behalf, withdraws the claim."""

    reason: LongText | None = None


class Decision(TicketCommand):
    """Update `decide`: an agent decides on behalf of the partner, and gives a reason."""

    outcome: Literal["confirmed", "rejected"]
    reason_code: RejectionReason | None = None
    note: LongText | None = None
    reward: Money | None = None

    @model_validator(mode="after")
    def _check_reason(self) -> "Decision":
        if self.outcome == "rejected" and not self.reason_code:
            raise ValueError("reason_code: expected with the outcome rejected")
        if not (self.reason_code or (self.note and self.note.strip())):
            raise ValueError("note: expected, every decision has a reason")
        return self


class Resend(TicketCommand):
    """Update `resend_to_partner`: the claim is delivered again, without a transition."""

    reason: LongText | None = None


class InformationRequest(TicketCommand):
    """Update `request_information`: an agent asks the member questions."""

    questions: Annotated[Questions, Field(min_length=1)]


class InformationAnswer(TicketCommand):
    """Update `provide_information`: the member's answers, by form field or as a note."""

    answers: dict[str, object] = {}
    note: LongText | None = None


UPDATES: Final[dict[str, type[TicketCommand]]] = {
    "withdraw": Withdrawal,
    "decide": Decision,
    "resend_to_partner": Resend,
    "request_information": InformationRequest,
    "provide_information": InformationAnswer,
}
