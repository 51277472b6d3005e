"""Everything that agents see of a ticket."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from domain.tickets.lifecycle import State
from gateway.api.schemas.discrepancies import Discrepancy
from gateway.api.schemas.money import MonetaryAmount
from gateway.api.schemas.ticket_examples import WHOLE
from gateway.api.schemas.tickets import AttentionItem, CodedText, TicketContact


class ProposedAmount(BaseModel):
    """An amount above the partner's maximum that `by` proposed, and that another agent may approve
    by the same decision.
    """

    amount: MonetaryAmount
    by: str = Field(examples=["agent:anna"])
    at: datetime


class PartnerRef(BaseModel):
    """A partner; `name` as it was when the claim was admitted."""

    id: str
    name: str


class FieldAnswer(BaseModel):
    """The answer to a form field; `display_value` is the label of a chosen option."""

    name: str
    label: str
    value: str
    display_value: str


class TransitionView(BaseModel):
    """A move of the ticket."""

    seq: int
    event: str
    from_state: str = Field(alias="from")
    to: str
    at: datetime
    actor: str = Field(examples=["partner:velotel"])
    reason: CodedText | None = None
    note: str | None = None


class EmailSummary(BaseModel):
    """A letter to the member; `sent_at` is null while it waits."""

    kind: str
    language: str
    queued_at: datetime
    sent_at: datetime | None = None


class MessageLogItem(BaseModel):
    """A message that came, and what became of it: `applied`, or the code why it moved nothing."""

    message: str
    message_id: str
    actor: str
    code: str
    at: datetime
    seq: int | None = None
    body: dict[str, Any] = {}


class RelatedTicket(BaseModel):
    """Another ticket; `account_id` is null where its claim was not accepted."""

    number: str
    state: str
    created_at: datetime
    account_id: str | None = None


class OpenClaims(BaseModel):
    """How many other claims of the same account are open at the same partner: a hint for agents."""

    on_account: int = 0
    on_link: int = 0


class TicketDetail(BaseModel):
    """All that is known of a ticket.

    `related` are tickets of the same account for the same order, and claims that were discarded
    because this ticket stood; `other_accounts` are tickets of other accounts for the same order:
    neither account is told. `messages` came last, `messages_before` leads to those before them;
    `messages_left_out` were too many to be kept. `available_actions`
    names the calls that the ticket takes.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [WHOLE]})

    number: str = Field(examples=["ZW-4KQ7-P9XT-M2AB-C"])
    state: State
    kind: str | None = None
    partner: PartnerRef | None = None
    account_id: str | None = None
    contact: TicketContact | None = None
    language: str | None = None
    answers: list[FieldAnswer] = []
    member_note: str | None = None
    link_id: str | None = None
    reward_id: str | None = None
    ordered_on: date | None = None
    ordered_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    next_deadline: datetime | None = None
    waiting_for: CodedText | None = None
    cancellation_ends_at: datetime | None = None
    attention: list[AttentionItem] = []
    reason: CodedText | None = None
    refusal_reasons: list[CodedText] = []
    existing_ticket: str | None = None
    promised: MonetaryAmount | None = None
    confirmed: MonetaryAmount | None = None
    granted: MonetaryAmount | None = None
    maximum: MonetaryAmount | None = None
    proposal: ProposedAmount | None = None
    partner_reference: str | None = None
    history: list[TransitionView] = []
    emails: list[EmailSummary] = []
    messages: list[MessageLogItem] = []
    messages_before: str | None = None
    messages_left_out: int = 0
    related: list[RelatedTicket] = []
    other_accounts: list[RelatedTicket] = []
    other_open_claims: OpenClaims = OpenClaims()
    discrepancies: list[Discrepancy] = []
    available_actions: list[str] = []
