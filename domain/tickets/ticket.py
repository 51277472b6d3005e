"""A ticket: the serialisable state of its workflow."""

from datetime import date, datetime, timedelta
from typing import Final

from domain.claims.rewards import LinkKind
from domain.partners.claim_kind import ClaimKind
from domain.partners.terms import TicketTerms
from domain.tickets.approvals import Approval, Proposal
from domain.tickets.attention import Attention
from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.changes.transition import Transition
from domain.tickets.states import State
from domain.values.money import Money
from domain.values.types import FrozenModel

MAX_REMEMBERED_IDS: Final = 200
"""Message ids and results that a running ticket remembers; the database has all results."""


class Ticket(FrozenModel):
    """The state of a running ticket. It holds no personal data."""

    number: str
    kind: ClaimKind
    partner_id: str
    language: str
    started_at: datetime
    terms: TicketTerms
    reward_kind: LinkKind
    order_key: str
    ordered_on: date | None = None
    ordered_at: datetime | None = None
    anchor_dates: dict[str, date] = {}
    promised_amount: Money | None = None
    confirmed_amount: Money | None = None
    granted_amount: Money | None = None
    stated_amount: Money | None = None
    """The amount that the partner stated last."""
    confirmation_occurred_at: datetime | None = None
    proposal: Proposal | None = None
    approval: Approval | None = None
    state: State = State.CREATED
    reason_code: str | None = None
    due_at: datetime | None = None
    cancellation_ends_at: datetime | None = None
    deadline_started_at: datetime | None = None
    reminders_sent: int = 0
    partner_time_remaining: timedelta | None = None
    partner_time_elapsed: timedelta | None = None
    partner_reminders_sent: int = 0
    questions: tuple[str, ...] = ()
    question_count: int = 0
    attention: tuple[Attention, ...] = ()
    transitions: tuple[Transition, ...] = ()
    version: int = 0
    delivery_count: int = 0
    delivery_purpose: str | None = None
    resumptions: int = 0
    processed_message_ids: tuple[str, ...] = ()
    recent_results: tuple[StoredRequestResult, ...] = ()
    result_count: int = 0
    unapplied_messages: int = 0
    messages_left_out: int = 0
    partner_reference: str | None = None


def to_resume_state(ticket: Ticket) -> dict[str, object]:
    """Return, as JSON, the fields of `ticket` that are stored in no other column or table."""
    elsewhere = {
        "terms",
        "transitions",
        "recent_results",
        "processed_message_ids",
        "version",
        "resumptions",
    }
    return ticket.model_dump(mode="json", exclude=elsewhere, exclude_defaults=True)
