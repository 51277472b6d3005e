"""Tickets in lists, and the parts that lists and a single ticket have in common."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.tickets.attention import Attention
from domain.tickets.states import State
from domain.values.dates import UtcDatetime
from gateway.api.schemas.commands import SINGLE_LINE
from gateway.api.schemas.ticket_examples import TICKET_PAGE
from gateway.http.pagination import CURSOR_PATTERN


class CodedText(BaseModel):
    """A code for programs with its text for people."""

    code: str
    text: str


class AttentionItem(CodedText):
    """Why a ticket needs attention, and what to do."""

    advice: str


class TicketContact(BaseModel):
    """The recipient of e-mails."""

    email: str
    name: str = ""
    language: str | None = None


class TicketSummary(BaseModel):
    """A ticket in a list."""

    number: str = Field(examples=["ZW-4KQ7-P9XT-M2AB-C"])
    state: State
    kind: str | None = None
    partner: str | None = Field(None, examples=["velotel"])
    account_id: str | None = None
    contact: TicketContact | None = None
    created_at: datetime
    next_deadline: datetime | None = None
    attention: list[str] = []
    reason_code: str | None = None


class TicketPage(BaseModel):
    """A page of tickets, newest first. `next` is the cursor of the next page, or null."""

    model_config = ConfigDict(json_schema_extra={"examples": [TICKET_PAGE]})

    tickets: list[TicketSummary]
    next: str | None = None


class TicketSearch(BaseModel):
    """The filters of a search; all given filters must match."""

    order_number: str | None = Field(
        None, max_length=200, description="In any spelling: only letters and digits matter."
    )
    email: str | None = Field(None, max_length=320, pattern=SINGLE_LINE)
    account_id: str | None = Field(None, max_length=200, pattern=SINGLE_LINE)
    partner: str | None = Field(None, max_length=63, pattern=SINGLE_LINE)
    state: State | None = None
    attention: Attention | Literal["any"] | None = None
    due_before: UtcDatetime | None = Field(
        None, description="The next deadline is before this time (RFC 3339)."
    )
    number: str | None = Field(None, max_length=64)
    limit: int = Field(25, ge=1, le=100)
    after: str | None = Field(
        None, pattern=CURSOR_PATTERN, description="`next` of the previous page."
    )
