"""Views of a ticket for queries, results and operators."""

from datetime import date, datetime
from typing import Final

from domain.partners.claim_kind import ClaimKind
from domain.tickets.changes.transition import Transition
from domain.tickets.states import State
from domain.tickets.ticket import Ticket
from domain.values.money import Money
from domain.values.types import FrozenModel

_ROLES: Final = frozenset({"system", "platform", "member", "agent"})


class TicketSnapshot(FrozenModel):
    """The result of the query `snapshot`: the current state and its history, no personal data."""

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
    """The result of the workflow."""

    number: str
    state: State
    reason_code: str | None = None
    granted_amount: Money | None = None


def snapshot(ticket: Ticket) -> TicketSnapshot:
    """Return the view of `ticket` for queries; transitions without notes and names of people."""
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
            transition.model_copy(update={"note": None, "actor": _role(transition.actor)})
            for transition in ticket.transitions
        ),
    )


def ticket_outcome(ticket: Ticket) -> TicketOutcome:
    """Return the result of the workflow of a closed ticket."""
    return TicketOutcome(
        number=ticket.number,
        state=ticket.state,
        reason_code=ticket.reason_code,
        granted_amount=ticket.granted_amount,
    )


def _role(actor: str) -> str:
    """Return the role of an actor without a name: `agent:anna` is `agent`."""
    role = actor.partition(":")[0]
    return actor if role == "partner" else (role if role in _ROLES else "agent")


def render_details(ticket: Ticket) -> str:
    """Return the ticket as Markdown for the Temporal UI, without personal data."""
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
