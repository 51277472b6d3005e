"""The fields of a ticket that change, with their types: what `replace` may be given."""

from datetime import date, datetime, timedelta
from typing import TypedDict, Unpack

from domain.claims.rewards import LinkKind
from domain.tickets.approvals import Approval, Proposal
from domain.tickets.attention import Attention
from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.changes.transition import Transition
from domain.tickets.states import State
from domain.tickets.ticket import Ticket
from domain.values.money import Money


class TicketFields(TypedDict, total=False):
    """Names and types as `Ticket` declares them; a test compares the two."""

    reward_kind: LinkKind
    order_key: str
    anchor_dates: dict[str, date]
    confirmed_amount: Money | None
    granted_amount: Money | None
    stated_amount: Money | None
    confirmation_occurred_at: datetime | None
    proposal: Proposal | None
    approval: Approval | None
    state: State
    reason_code: str | None
    due_at: datetime | None
    cancellation_ends_at: datetime | None
    deadline_started_at: datetime | None
    reminders_sent: int
    partner_time_remaining: timedelta | None
    partner_time_elapsed: timedelta | None
    partner_reminders_sent: int
    questions: tuple[str, ...]
    question_count: int
    attention: tuple[Attention, ...]
    transitions: tuple[Transition, ...]
    version: int
    delivery_count: int
    delivery_purpose: str | None
    processed_message_ids: tuple[str, ...]
    recent_results: tuple[StoredRequestResult, ...]
    result_count: int
    unapplied_messages: int
    messages_left_out: int
    partner_reference: str | None


def replace(ticket: Ticket, **fields: Unpack[TicketFields]) -> Ticket:
    """Return a copy of `ticket` with other values in `fields`; mypy checks names and types."""
    return ticket.model_copy(update=dict(fields))
