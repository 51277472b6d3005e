"""A confirmation, by a partner or an agent, begins the cancellation period (R31-R33)."""

from datetime import datetime
from typing import Final

from domain.handlers.outcomes.confirmation import Confirmation
from domain.tickets.aggregate.email_params import confirmed_params
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.aggregate.ticket_transitions import SYSTEM
from domain.tickets.approvals import Approval
from domain.tickets.attention import Attention
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.states import Event, State

UNDECIDED_ATTENTION: Final = frozenset(
    {Attention.AMOUNT_UNDECIDED, Attention.CANCELLATION_END_UNKNOWN}
)
"""Cleared by a confirmation that names what was unknown."""


def confirm_by_partner(
    aggregate: TicketAggregate, outcome: PartnerOutcome, now: datetime, confirmation: Confirmation
) -> None:
    """Confirm as the partner states it; a time in the future counts as now."""
    occurred_at = min(outcome.occurred_at, now) if outcome.occurred_at else None
    aggregate.record_statement(outcome.reward, occurred_at)
    event = Event.PARTNER_CONFIRMED
    begin_cancellation_period(aggregate, event, now, confirmation, outcome.actor, outcome.note)


def begin_cancellation_period(
    aggregate: TicketAggregate,
    event: Event,
    now: datetime,
    confirmation: Confirmation,
    actor: str = SYSTEM,
    note: str | None = None,
    approval: Approval | None = None,
) -> None:
    """Begin the cancellation period; what a person has to decide first raises attention.

    An amount above the maximum comes with the `approval` of two agents, or had one before. If the
    period is over already, the reward is due now.
    """
    amount, ends_at = confirmation.amount, confirmation.ends_at
    aggregate.set_confirmation(amount, ends_at, approval)
    due_at = max(ends_at, now) if ends_at and not confirmation.attention else None
    params = confirmed_params(aggregate.ticket.terms, amount, due_at)
    to = State.AWAITING_CANCELLATION_PERIOD
    aggregate.apply_transition(event, to, now, actor, note=note, email_params=params)
    for reason in confirmation.attention:
        aggregate.add_attention(reason)
