"""Updates of a ticket: what members and agents ask of it."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from domain.claims.claim_digest import normalize_content
from domain.claims.parsing import content_digest
from domain.tickets.messages.questions import Questions
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.values.types import (
    FrozenModel,
    Identifier,
    LongText,
    Money,
)

Sender = Annotated[str, Field(min_length=1, max_length=220, pattern=r"^[!-~]+$")]
"""Who sends a request, as its door names it: a role, and an id where the role has many."""


class TicketCommand(FrozenModel):
    """What every update carries: its id, for ever, and who asks.

    Ids are the `caller`'s own (the `actor`'s where none is named): nobody else's requests can be
    met by them. Under an id stands one content: see `digest`.
    """

    request_id: Identifier
    actor: Sender
    caller: Sender | None = None

    @property
    def key(self) -> str:
        """What names this request among all of its ticket."""
        return f"{self.sender} {self.request_id}"

    @property
    def sender(self) -> str:
        """Whose id it is."""
        return self.caller or self.actor

    @property
    def digest(self) -> str:
        """The digest of what is asked and in whose name: known fields that are not null,
        cleaned.
        """
        content = self.model_dump(mode="json", exclude={"request_id", "caller"}, exclude_none=True)
        return content_digest([type(self).__name__, normalize_content(content)])


class Withdrawal(TicketCommand):
    """Update `withdraw`: the member, or an agent for them, takes the claim back."""

    reason: LongText | None = None


class Decision(TicketCommand):
    """Update `decide`: an agent decides in the partner's stead, and says why."""

    outcome: Literal["confirmed", "rejected"]
    reason_code: RejectionReason | None = None
    note: LongText | None = None
    reward: Money | None = None

    @model_validator(mode="after")
    def _says_why(self) -> "Decision":
        if self.outcome == "rejected" and not self.reason_code:
            raise ValueError("reason_code: expected with the outcome rejected")
        if not (self.reason_code or (self.note and self.note.strip())):
            raise ValueError("note: expected, a decision says why")
        return self


class Resend(TicketCommand):
    """Update `resend_to_partner`: the claim is sent once more; nothing moves."""

    reason: LongText | None = None


class InformationRequest(TicketCommand):
    """Update `request_information`: an agent asks the member."""

    questions: Annotated[Questions, Field(min_length=1)]


class InformationAnswer(TicketCommand):
    """Update `provide_information`: the member's answers to fields of the form, or in words."""

    answers: dict[str, Any] = {}
    note: LongText | None = None


UPDATES: Final[dict[str, type[TicketCommand]]] = {
    "withdraw": Withdrawal,
    "decide": Decision,
    "resend_to_partner": Resend,
    "request_information": InformationRequest,
    "provide_information": InformationAnswer,
}
