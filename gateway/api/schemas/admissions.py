"""Answers to a claim: what was decided, and why (docs/contract.md, AdmissionResult)."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from domain.claims.claim import AdmissionStatus
from domain.tickets.lifecycle import State
from gateway.api.schemas.claim_examples import NUMBER


class RefusalReason(BaseModel):
    """Why a claim is not accepted: for programs, and in the member's words."""

    code: str = Field(examples=["incomplete"])
    field: str | None = Field(None, examples=["order_number"])
    message: str = Field("", examples=["Contract number: this field is required."])


class CheckResult(BaseModel):
    """What filing would answer now (`AdmissionResult` without a number)."""

    status: AdmissionStatus
    state: State = Field(description="Where the ticket stands, or would stand.")
    reasons: list[RefusalReason] = []
    available_from: datetime | None = Field(
        None, description="From when a claim that is too early may be filed, or is sent by itself."
    )
    last_day: date | None = Field(None, description="The last day on which it may be filed.")
    existing_ticket: str | None = Field(
        None, description="The account's ticket that stands, where the claim is a duplicate."
    )
    contact: str | None = Field(
        None, description="The customer service's address, where it can help."
    )


class AdmissionResponse(CheckResult):
    """The answer to a claim (`AdmissionResult`)."""

    number: str = Field(examples=[NUMBER])


class PendingTicket(BaseModel):
    """The claim is filed, its answer is not there yet: repeat the request, it brings the answer."""

    number: str = Field(examples=[NUMBER])
    status: Literal["pending"] = "pending"
