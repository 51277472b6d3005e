"""Claims and their answers as they travel over HTTP (contract.md), with examples."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.values.types import SafeAnswers, require_valid_unicode

Told = Annotated[Any, AfterValidator(require_valid_unicode)]
"""A text that is as good as absent where it is anything else: it spoils nothing."""


class ClaimContact(BaseModel):
    """Whom to write to, in which language."""

    model_config = ConfigDict(extra="allow")

    email: str | None = Field(None, max_length=1000, examples=["jan@example.com"])
    name: Told = Field(
        None,
        description="For the greeting: at most 100 characters, and no addresses or links. One that "
        "is anything else is left out.",
        examples=["Jan Kowalski"],
    )
    language: Told = Field(
        None,
        description="A language tag, which counts by its first part (`pl-PL` is `pl`). One that we "
        "do not write, or that is no tag, is that of the partner's market.",
        examples=["pl"],
    )


class ClaimRequest(BaseModel):
    """A claim as contract.md writes it (`TicketClaim`).

    Only its shape is looked at here: what is missing or malformed inside is told by the answer,
    `incomplete` with the fields (R22, R23). Fields that are not known are ignored and noted.
    """

    model_config = ConfigDict(extra="allow")

    account_id: str = Field(
        min_length=1, max_length=200, pattern=r"^[!-~]+$", examples=["acc-1001"]
    )
    contact: ClaimContact | None = None
    kind: str | None = Field(None, max_length=200, examples=["missing_cashback"])
    partner_id: str | None = Field(None, max_length=200, examples=["velotel"])
    link_id: str | None = Field(None, max_length=200, examples=["lnk-77"])
    reward_id: str | None = Field(None, max_length=200, examples=[None])
    ordered_on: str | None = Field(None, max_length=100, examples=["2026-10-01"])
    ordered_at: str | None = Field(None, max_length=100, examples=[None])
    answers: SafeAnswers = Field({}, examples=[{"order_number": "VT-2231-9"}])
