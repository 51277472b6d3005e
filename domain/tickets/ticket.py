"""A ticket: the one serialisable state of its workflow, and the views that others get of it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from pydantic import Field

from domain.claims.claim import LinkKind
from domain.partners.profile import ClaimKind, TicketTerms
from domain.tickets.approvals import Approval, Proposal
from domain.tickets.attention import Attention
from domain.tickets.emails import OutgoingEmail
from domain.tickets.lifecycle import Event, State
from domain.values.types import FrozenModel, LongText, Money

MAX_REMEMBERED_IDS: Final = 200
"""So many message ids and answers a running ticket keeps at hand; the books keep every answer."""


_ROLES: Final = frozenset({"system", "platform", "member", "agent"})


class Transition(FrozenModel):
    """One move of a ticket, append-only; `seq` counts from 1 without gaps."""

    seq: int
    event: Event
    from_state: State = Field(alias="from")
    to: State
    at: datetime
    reason_code: str | None = None
    actor: str
    note: str | None = None

    model_config = {"serialize_by_alias": True, "validate_by_name": True, "validate_by_alias": True}


class RequestResult(FrozenModel):
    """The first answer to a request, given again whenever it is repeated.

    `awaits_approval`: a decision above the partner's maximum was recorded, and another agent has to
    decide for the same amount.
    """

    request_id: str
    number: str
    state: State
    state_changed: bool
    code: str | None = None
    problems: dict[str, str] = {}
    awaits_approval: bool = False


class StoredRequestResult(RequestResult):
    """An answer as it is kept: whose request it answers, and the digest of what was asked."""

    caller: str
    digest: str

    @property
    def key(self) -> str:
        """What names the request among all of its ticket (`Request.key`)."""
        return f"{self.caller} {self.request_id}"


class Ticket(FrozenModel):
    """Everything a running ticket knows; no personal data but what stands in moves' notes."""

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
    """The amount that the partner named last."""
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


class TicketSnapshot(FrozenModel):
    """The query `snapshot`: where the ticket stands and how it came there. No personal data."""

    number: str
    state: State
    kind: ClaimKind | None = None
    partner: str | None = None
    started_at: datetime
    ordered_on: date | None = None
    next_deadline: datetime | None = None
    cancellation_ends_at: datetime | None = None
    attention: tuple[str, ...] = ()
    reason_code: str | None = None
    transitions: tuple[Transition, ...] = ()


class TicketOutcome(FrozenModel):
    """The workflow's result."""

    number: str
    state: State
    reason_code: str | None = None
    granted_amount: Money | None = None


class MessageLogEntry(FrozenModel):
    """A message as it is kept: what came, from whom, and what became of it (`code`).

    `discrepancy`: the key under which agents see it, where it contradicts the ticket and moved
    nothing.
    """

    message: LongText
    message_id: LongText
    actor: str
    code: str
    at: datetime
    body: dict[str, Any] = {}
    seq: int | None = None
    discrepancy: str | None = None


class ChangeSet(FrozenModel):
    """One step to be written down, in one transaction: moves, letters, notes, and where that leaves
    the ticket.

    `change_set` counts a ticket's writings, so that a late one never overwrites a newer one;
    `resumptions` says by which of its runs. `resume_state` is what a new run needs of it.
    """

    number: str
    version: int
    state: State
    reason_code: str | None = None
    due_at: datetime | None = None
    cancellation_ends_at: datetime | None = None
    attention: tuple[str, ...] = ()
    confirmed_amount: Money | None = None
    proposal: Proposal | None = None
    approval: Approval | None = None
    partner_reference: str | None = None
    transitions: tuple[Transition, ...] = ()
    emails: tuple[OutgoingEmail, ...] = ()
    messages: tuple[MessageLogEntry, ...] = ()
    results: tuple[StoredRequestResult, ...] = ()
    acknowledged_outcome_ids: tuple[str, ...] = ()
    """The ids of partners' outcomes that were heard since the last writing."""
    messages_left_out: int = 0
    resumptions: int = 0
    resume_state: dict[str, Any] | None = None


def to_resume_state(ticket: Ticket) -> dict[str, Any]:
    """Return what the database knows of `ticket` from nowhere else, as JSON."""
    elsewhere = {
        "terms",
        "transitions",
        "recent_results",
        "processed_message_ids",
        "version",
        "resumptions",
    }
    return ticket.model_dump(mode="json", exclude=elsewhere, exclude_defaults=True)


def with_form_data(change_set: ChangeSet, dates: Mapping[str, date], order_key: str) -> ChangeSet:
    """Return `change_set` with what the form made of the member's answers."""
    state = change_set.resume_state or {}
    known = {
        **state.get("anchor_dates", {}),
        **{name: day.isoformat() for name, day in dates.items()},
    }
    return change_set.model_copy(
        update={"resume_state": {**state, "anchor_dates": known, "order_key": order_key}}
    )


def snapshot(ticket: Ticket) -> TicketSnapshot:
    """Return the view of `ticket` for queries: moves without the words people wrote."""
    return TicketSnapshot(
        number=ticket.number,
        state=ticket.state,
        kind=ticket.kind,
        partner=ticket.partner_id,
        started_at=ticket.started_at,
        ordered_on=ticket.ordered_on,
        next_deadline=ticket.due_at,
        cancellation_ends_at=ticket.cancellation_ends_at,
        attention=tuple(ticket.attention),
        reason_code=ticket.reason_code,
        transitions=tuple(
            move.model_copy(update={"note": None, "actor": _role(move.actor)})
            for move in ticket.transitions
        ),
    )


def ticket_outcome(ticket: Ticket) -> TicketOutcome:
    """Return the result of a workflow whose ticket has ended."""
    return TicketOutcome(
        number=ticket.number,
        state=ticket.state,
        reason_code=ticket.reason_code,
        granted_amount=ticket.granted_amount,
    )


def _line(move: Transition) -> str:
    when = f"{move.at:%Y-%m-%d %H:%M:%S}"
    return f"{move.seq}. {when} {move.event} → {move.to} ({_role(move.actor)})"


def _role(actor: str) -> str:
    """Return who acted without a person's name: `agent:anna` is shown as agent."""
    role = actor.partition(":")[0]
    return actor if role == "partner" else (role if role in _ROLES else "agent")


def render_details(ticket: Ticket) -> str:
    """Describe the ticket in Markdown for operators; no personal data."""
    lines = [f"**{ticket.state}** · {ticket.kind} · {ticket.terms.partner_name}"]
    if ticket.attention:
        lines.append(f"**Needs attention:** {', '.join(ticket.attention)}")
    if ticket.due_at:
        lines.append(f"Next deadline: {ticket.due_at:%Y-%m-%d %H:%M:%S} UTC")
    if ticket.reason_code:
        lines.append(f"Reason: {ticket.reason_code}")
    lines += [
        f"{m.seq}. {m.at:%Y-%m-%d %H:%M:%S} {m.event} → {m.to} ({_role(m.actor)})"
        for m in ticket.transitions
    ]
    return "\n\n".join(lines)


def change_summary(change_set: ChangeSet) -> str:
    """Return what a step does, in a line for operators."""
    moves = [f"{move.event} → {move.to}" for move in change_set.transitions]
    return ", ".join(moves) or "note what was heard"


def _nameless(move: Transition) -> Transition:
    return move.model_copy(update={"note": None, "actor": _role(move.actor)})
