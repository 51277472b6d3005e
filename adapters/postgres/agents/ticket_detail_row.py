"""The row of one ticket with all of its records."""

from datetime import date, datetime
from decimal import Decimal

from adapters.postgres.agents.discrepancy_row import DiscrepancyRow
from adapters.postgres.agents.ticket_record_rows import (
    AdmissionResultRow,
    ContactRow,
    EmailRow,
    MessageLogRow,
    ProposalRow,
    RelatedTicketRow,
    TransitionRow,
)
from domain.tickets.states import State
from domain.values.types import FrozenModel


class TicketDetailRow(FrozenModel):
    """A ticket in full. A refused claim has little more than its admission.

    `rules` are those of its admission, as stored. Of the messages it holds the latest, one more
    than a page. `same_order` are tickets of any account for the same order, `duplicates` claims
    that were discarded as duplicates of this ticket.
    """

    number: str
    state: State
    kind: str | None
    partner_id: str | None
    account_id: str | None
    contact: ContactRow | None
    language: str | None
    answers: dict[str, str] | None
    member_note: str | None
    link_id: str | None
    reward_id: str | None
    ordered_on: date | None
    ordered_at: datetime | None
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None
    cancellation_ends_at: datetime | None
    attention: tuple[str, ...]
    reason_code: str | None
    partner_reference: str | None
    promised_amount: Decimal | None
    promised_currency: str | None
    confirmed_amount: Decimal | None
    confirmed_currency: str | None
    granted_amount: Decimal | None
    granted_currency: str | None
    proposal: ProposalRow | None
    rules: dict[str, object] | None
    admission: AdmissionResultRow
    transitions: tuple[TransitionRow, ...]
    emails: tuple[EmailRow, ...]
    messages: tuple[MessageLogRow, ...]
    messages_left_out: int
    discrepancies: tuple[DiscrepancyRow, ...]
    same_order: tuple[RelatedTicketRow, ...]
    duplicates: tuple[RelatedTicketRow, ...]
    open_on_account: int
    open_on_link: int
