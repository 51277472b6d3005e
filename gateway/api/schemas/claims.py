"""Claims as they are filed over HTTP (docs/contract.md)."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.values.types import SafeAnswers, require_valid_unicode

LenientText = Annotated[Any, AfterValidator(require_valid_unicode)]
"""A text; any other value counts as absent, and does not make the claim invalid."""


class ClaimContact(BaseModel):
    """The recipient of e-mails, and their language."""

    model_config = ConfigDict(extra="allow")

    email: str | None = Field(None, max_length=1000, examples=["jan@example.com"])
    name: LenientText = Field(
        None,
        description="For the greeting: at most 100 characters, without addresses or links. "
        "Other values are ignored.",
        examples=["Jan Kowalski"],
    )
    language: LenientText = Field(
        None,
        description="A language tag; only its first part matters (`pl-PL` is `pl`). The default "
        "is the language of the partner's market.",
        examples=["pl"],
    )


class ClaimRequest(BaseModel):
    """A claim (`TicketClaim`, docs/contract.md).

    Missing and malformed fields inside are reported by the result, as `incomplete` with the fields
    (R22, R23). Unknown fields are ignored and logged.
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
