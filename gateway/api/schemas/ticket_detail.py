"""Everything that agents see of a ticket."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from domain.tickets.states import State
from gateway.api.schemas.discrepancies import Discrepancy
from gateway.api.schemas.money import MonetaryAmount
from gateway.api.schemas.ticket_examples import TICKET_DETAIL
from gateway.api.schemas.tickets import AttentionItem, CodedText, TicketContact
from gateway.json_types import JsonObject


class ProposedAmount(BaseModel):
    """An amount above the partner's maximum that an agent proposed. The same decision by another
    agent approves it.
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
    """A transition of the ticket."""

    seq: int
    event: str
    from_state: str = Field(alias="from")
    to: str
    at: datetime
    actor: str = Field(examples=["partner:velotel"])
    reason: CodedText | None = None
    note: str | None = None


class EmailSummary(BaseModel):
    """An e-mail to the member; `sent_at` is null until it is sent."""

    kind: str
    language: str
    queued_at: datetime
    sent_at: datetime | None = None


class MessageLogItem(BaseModel):
    """A received message, and its result: `applied`, or the code why it changed nothing."""

    message: str
    message_id: str
    actor: str
    code: str
    at: datetime
    seq: int | None = None
    body: JsonObject = {}


class RelatedTicket(BaseModel):
    """Another ticket; `account_id` is null if its claim was not accepted."""

    number: str
    state: str
    created_at: datetime
    account_id: str | None = None


class OpenClaims(BaseModel):
    """The number of other open claims of the account at the same partner, a hint for agents."""

    on_account: int = 0
    on_link: int = 0


class TicketDetail(BaseModel):
    """A ticket in full.

    `related` are tickets of the same account for the same order, and claims that were discarded as
    duplicates of this ticket; `other_accounts` are tickets of other accounts for the same order,
    which neither account may learn. `messages` are the newest; `messages_before` is the cursor of
    older ones, and `messages_left_out` counts those that were not stored. `available_actions` are
    the commands that the ticket accepts now.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [TICKET_DETAIL]})

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
