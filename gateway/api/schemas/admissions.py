"""The result of a claim, and its reasons (`AdmissionResult`, docs/contract.md)."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from domain.claims.eligibility.assessment import AdmissionStatus
from domain.tickets.states import State
from gateway.api.schemas.claim_examples import NUMBER


class RefusalReason(BaseModel):
    """Why a claim is not accepted: a code, and a text in the member's language."""

    code: str = Field(examples=["incomplete"])
    field: str | None = Field(None, examples=["order_number"])
    message: str = Field("", examples=["Contract number: this field is required."])


class CheckResult(BaseModel):
    """The result that filing would have now (`AdmissionResult` without a number)."""

    status: AdmissionStatus
    state: State = Field(description="The state of the ticket, or the state that it would have.")
    reasons: list[RefusalReason] = []
    available_from: datetime | None = Field(
        None, description="When a claim that is too early may be filed, or is sent automatically."
    )
    last_day: date | None = Field(None, description="The last day on which it may be filed.")
    existing_ticket: str | None = Field(
        None, description="The account's existing ticket, if the claim is a duplicate."
    )
    contact: str | None = Field(
        None, description="The address of customer service, if it can help."
    )


class AdmissionResponse(CheckResult):
    """The result of a claim (`AdmissionResult`)."""

    number: str = Field(examples=[NUMBER])


class PendingTicket(BaseModel):
    """The claim was filed, and its result is not available yet. Repeat the request to get it."""

    number: str = Field(examples=[NUMBER])
    status: Literal["pending"] = "pending"
