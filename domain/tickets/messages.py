"""Messages to a running ticket (contract.md, "Temporal"): from partners, the platform, agents, and
its own work.
"""

from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from domain.claims.claim_digest import normalize_content
from domain.claims.parsing import content_digest
from domain.values.types import (
    CalendarDate,
    FrozenModel,
    Identifier,
    LongText,
    Money,
    SafeText,
    UtcDatetime,
)

Sender = Annotated[str, Field(min_length=1, max_length=220, pattern=r"^[!-~]+$")]
"""Who sends a request, as its door names it: a role, and an id where the role has many."""


class RejectionReason(StrEnum):
    """Why a ticket was rejected; each has a text for the member in every language."""

    ORDER_NOT_FOUND = "order_not_found"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_RETURNED = "order_returned"
    NOT_NEW_CUSTOMER = "not_new_customer"
    TERMS_NOT_MET = "terms_not_met"
    ALREADY_REWARDED = "already_rewarded"
    NO_ANSWER = "no_answer"
    OTHER = "other"


MAX_QUESTIONS: Final = 20
MAX_QUESTIONS_CHARS: Final = 8_000
"""Characters of all that a message says in words."""


def _check_total_length(texts: tuple[str, ...]) -> tuple[str, ...]:
    if sum(map(len, texts)) > MAX_QUESTIONS_CHARS:
        raise PydanticCustomError(
            "string_too_long", f"expected at most {MAX_QUESTIONS_CHARS} characters together"
        )
    return texts


Questions = Annotated[
    tuple[LongText, ...], Field(max_length=MAX_QUESTIONS), AfterValidator(_check_total_length)
]
"""Fields of the form by their names, or questions in words."""


class PartnerOutcome(FrozenModel):
    """Signal `partner_outcome`: what the partner found (R20, R21, R34)."""

    outcome_id: Identifier
    partner_id: Identifier
    number: Annotated[SafeText, Field(max_length=64)] | None = None
    outcome: Literal["confirmed", "rejected", "order_cancelled", "information_requested"]
    reason_code: RejectionReason | None = None
    note: LongText | None = None
    questions: Questions = ()
    contract_started_on: CalendarDate | None = None
    activated_on: CalendarDate | None = None
    cancellation_ends_on: CalendarDate | None = None
    reward: Money | None = None
    occurred_at: UtcDatetime | None = None


class RewardRegistered(FrozenModel):
    """Signal `reward_registered`: the platform's own tracking found the reward after all."""

    reward_id: Identifier
    order_number: LongText | None = None
    occurred_at: UtcDatetime | None = None


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


Message = (
    PartnerOutcome
    | RewardRegistered
    | Withdrawal
    | Decision
    | TicketCommand
    | Resend
    | InformationRequest
    | InformationAnswer
    | Delivered
    | AttentionChanged
    | DeadlinePassed
    | InvalidMessage
)

SIGNALS: Final[dict[str, type[PartnerOutcome] | type[RewardRegistered]]] = {
    "partner_outcome": PartnerOutcome,
    "reward_registered": RewardRegistered,
}

UPDATES: Final[dict[str, type[TicketCommand]]] = {
    "withdraw": Withdrawal,
    "decide": Decision,
    "resend_to_partner": Resend,
    "request_information": InformationRequest,
    "provide_information": InformationAnswer,
}
