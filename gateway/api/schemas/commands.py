"""Commands to a ticket, as agents and the platform send them."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.claims.claim import MAX_FORM_ANSWERS
from domain.codes import RefusalCode
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.values.input.invalid_input import InvalidInput
from domain.values.text_cleaning import clean_text
from domain.values.types import SafeAnswers, require_valid_unicode
from gateway.api.schemas import ticket_examples as examples
from gateway.api.schemas.money import MonetaryAmount
from gateway.http.problems import Problem

SINGLE_LINE: Final = r"^[^\x00-\x1f\x7f]*$"


RequestId = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")]


def _require_content(text: str) -> str:
    """Refuse a text of which nothing is left when it is cleaned."""
    if not text:
        raise InvalidInput("required", "a text")
    return text


NonEmptyText = Annotated[
    str,
    Field(min_length=1, max_length=4000, pattern=r"\S"),
    AfterValidator(require_valid_unicode),
    AfterValidator(clean_text),
    AfterValidator(_require_content),
]
"""A person's text, cleaned."""


class CommandRequest(BaseModel):
    """What every command may have: an id, under which it may be repeated at any time.

    Ids belong to the caller; other content under a used id is refused (`key_reused`).
    """

    request_id: RequestId | None = Field(None, examples=["agent-7731"])


class DecisionRequest(CommandRequest):
    """An agent's decision. A confirmation needs a `note`, a rejection a `reason_code`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": examples.DECISIONS,
            "anyOf": [
                {
                    "properties": {"outcome": {"const": "confirmed"}, "note": {"type": "string"}},
                    "required": ["note"],
                },
                {
                    "properties": {
                        "outcome": {"const": "rejected"},
                        "reason_code": {"type": "string"},
                    },
                    "required": ["reason_code"],
                },
            ],
        }
    )

    outcome: Literal["confirmed", "rejected"]
    reason_code: RejectionReason | None = None
    note: NonEmptyText | None = Field(None, examples=["Contract seen"])
    reward: MonetaryAmount | None = None

    def require_reason(self) -> None:
        """Raise `malformed` for a decision without its reason."""
        needed = "note" if self.outcome == "confirmed" else "reason_code"
        if getattr(self, needed) is None:
            raise Problem(RefusalCode.MALFORMED, {needed: "required"})


class WithdrawalRequest(CommandRequest):
    """The withdrawal of a claim."""

    model_config = ConfigDict(json_schema_extra={"examples": examples.WITHDRAWALS})

    reason: NonEmptyText | None = Field(None, examples=["filed twice"])


class ResendRequest(CommandRequest):
    """The claim is sent to the partner again."""

    model_config = ConfigDict(json_schema_extra={"examples": examples.RESENDS})

    reason: NonEmptyText | None = Field(None, examples=["the partner fixed its form"])


class TicketInformationRequest(CommandRequest):
    """Either an agent's `questions` to the member, or the member's answer: `answers` to fields,
    a `note`, or both.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": examples.INFORMATION,
            "oneOf": [
                {
                    "properties": {
                        "questions": {"type": "array"},
                        "answers": {"type": "null"},
                        "note": {"type": "null"},
                    },
                    "required": ["questions"],
                },
                {
                    "properties": {"questions": {"type": "null"}},
                    "anyOf": [
                        {"properties": {"answers": {"type": "object"}}, "required": ["answers"]},
                        {"properties": {"note": {"type": "string"}}, "required": ["note"]},
                    ],
                },
            ],
        }
    )

    questions: Annotated[list[NonEmptyText], Field(min_length=1, max_length=20)] | None = Field(
        None, description="Names of form fields, or questions in the member's language."
    )
    answers: Annotated[SafeAnswers, Field(max_length=MAX_FORM_ANSWERS)] | None = None
    note: NonEmptyText | None = None

    @property
    def is_question(self) -> bool:
        """Say whether it asks or answers; raises `malformed` for both and for neither."""
        answered = self.answers is not None or self.note is not None
        if answered == (self.questions is not None):
            raise Problem(
                RefusalCode.MALFORMED, {"questions": "either_or" if answered else "required"}
            )
        return not answered
