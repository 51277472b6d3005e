"""An agent decides on behalf of the partner."""

from datetime import datetime
from typing import Final

from domain.codes import RefusalCode
from domain.handlers.commands.available import available_commands
from domain.handlers.commands.second_agent import check_approval
from domain.handlers.outcomes.cancellation_period import (
    UNDECIDED_ATTENTION,
    begin_cancellation_period,
)
from domain.handlers.outcomes.confirmation import Confirmation, evaluate_confirmation
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.attention import Attention
from domain.tickets.messages.commands import Decision
from domain.tickets.states import Event, State
from domain.tickets.ticket import Ticket
from domain.values.money import Money

_DECISION_ATTENTION: Final = UNDECIDED_ATTENTION | {Attention.OUTCOME_CONTRADICTED}


def decide(aggregate: TicketAggregate, decision: Decision, now: datetime) -> str | None:
    """Apply an agent's decision; return the code of its refusal, or that it needs approval."""
    ticket = aggregate.ticket
    if "decide" not in available_commands(ticket.state, ticket.attention):
        return RefusalCode.ACTION_NOT_ALLOWED
    if decision.outcome == "confirmed":
        return _confirm(aggregate, decision, now)
    reason, entry = decision.reason_code, decision.note
    event, to = Event.DECIDED, State.REJECTED
    aggregate.apply_transition(event, to, now, decision.actor, reason=reason, note=entry)
    return None


def _confirm(aggregate: TicketAggregate, decision: Decision, now: datetime) -> str | None:
    ticket, actor = aggregate.ticket, decision.actor
    if code := _invalid_reward(ticket, decision.reward):
        return code
    confirmation = _confirmation(ticket, decision, now)
    if confirmation is None:
        return RefusalCode.REWARD_REQUIRED
    check = check_approval(aggregate, confirmation.amount, actor, now)
    if check.code:
        return check.code
    begin_cancellation_period(
        aggregate, Event.DECIDED, now, confirmation, actor, decision.note, check.approval
    )
    aggregate.remove_attention(_DECISION_ATTENTION - set(confirmation.attention))
    return None


def _invalid_reward(ticket: Ticket, reward: Money | None) -> str | None:
    if reward is None:
        return None
    if not reward.amount:
        return RefusalCode.REWARD_REQUIRED
    is_foreign = reward.currency != ticket.terms.max_reward.currency
    return RefusalCode.WRONG_CURRENCY if is_foreign else None


def _confirmation(ticket: Ticket, decision: Decision, now: datetime) -> Confirmation | None:
    """Return what the agent confirms; `None` if neither partner nor agent named an amount.

    If the end of the cancellation period is unknown, the agent's decision ends it.
    """
    if ticket.state is not State.AWAITING_CANCELLATION_PERIOD:
        return evaluate_confirmation(ticket, now, reward=decision.reward)
    amount = decision.reward or ticket.confirmed_amount
    ends_at = ticket.cancellation_ends_at or now
    return Confirmation(amount=amount, ends_at=ends_at) if amount else None
