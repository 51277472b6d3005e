"""What the updates of members and agents do to a ticket; each request gets one answer, for ever."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Final

from domain.codes import MessageCode, RefusalCode
from domain.handlers.confirmation import Confirmation, evaluate_confirmation
from domain.handlers.information_requests import request_information
from domain.handlers.partner_outcomes import UNDECIDED_ATTENTION, begin_cancellation_period
from domain.tickets import approvals
from domain.tickets.approvals import Approval, Proposal
from domain.tickets.attention import DELIVERY_ATTENTION, Attention
from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.lifecycle import Lifecycle
from domain.tickets.messages.commands import (
    Decision,
    InformationRequest,
    Resend,
    TicketCommand,
    Withdrawal,
)
from domain.tickets.states import Event, State
from domain.tickets.ticket import Ticket
from domain.tickets.ticket_aggregate import TicketAggregate
from domain.values.types import Money

_DECISION_ATTENTION: Final = UNDECIDED_ATTENTION | {Attention.OUTCOME_CONTRADICTED}

Requested = tuple[str | None, str | None]
"""The purpose of a delivery to be started, and the code of a refusal."""


def available_commands(state: State, attention: Collection[str]) -> frozenset[str]:
    """Return the updates of agents that a ticket in `state` takes, asking for `attention` or not.

    Where a ticket waits by itself, a decision needs a reason for it (docs/decisions/0014).
    """
    life = Lifecycle(state)
    waits = state in (State.ON_HOLD, State.AWAITING_CANCELLATION_PERIOD)
    found = {
        "decide": life.can_fire(Event.DECIDED) and bool(attention or not waits),
        "withdraw": life.can_fire(Event.WITHDRAWN),
        "request_information": life.can_fire(Event.INFORMATION_REQUESTED),
        "resend_to_partner": state in (State.VALIDATED, State.SENT_TO_PARTNER),
    }
    return frozenset(name for name, may in found.items() if may)


def earlier_result(
    aggregate: TicketAggregate, request: TicketCommand
) -> StoredRequestResult | None:
    """Return the answer that this request got when it first came."""
    return next((a for a in aggregate.ticket.recent_results if a.key == request.key), None)


def result_for_command(first: StoredRequestResult, request: TicketCommand) -> StoredRequestResult:
    """Return the `first` answer under a request's key, if it was given to the same request.

    What asks for something else under the id of another is refused (`key_reused`), and moves
    nothing.
    """
    if first.digest == request.digest:
        return first
    return first.model_copy(update={"state_changed": False, "code": "key_reused", "problems": {}})


def needs_fact_check(aggregate: TicketAggregate, request: TicketCommand) -> bool:
    """Say whether `request` is a new decision that may lead to payment; facts are asked first."""
    confirms = isinstance(request, Decision) and request.outcome == "confirmed"
    asked = confirms and not earlier_result(aggregate, request)
    return asked and "decide" in available_commands(
        aggregate.ticket.state, aggregate.ticket.attention
    )


def execute_command(
    aggregate: TicketAggregate, request: TicketCommand, now: datetime
) -> tuple[StoredRequestResult, str | None]:
    """Carry out a new `request`; return its answer and the purpose of a delivery to be started."""
    handler = _HANDLERS[type(request)]
    deliver, code = handler(aggregate, request, now)
    if code == MessageCode.APPROVAL_NEEDED:
        return aggregate.record_result(request, awaits_approval=True), None
    return aggregate.record_result(
        request, code, state_changed=code is None and deliver is None
    ), deliver


def _withdraw(aggregate: TicketAggregate, request: Withdrawal, now: datetime) -> Requested:
    if not aggregate.can_transition(Event.WITHDRAWN, State.WITHDRAWN):
        return None, RefusalCode.ACTION_NOT_ALLOWED
    aggregate.apply_transition(
        Event.WITHDRAWN, State.WITHDRAWN, now, request.actor, note=request.reason
    )
    return None, None


def _decide(aggregate: TicketAggregate, request: Decision, now: datetime) -> Requested:
    if "decide" not in available_commands(aggregate.ticket.state, aggregate.ticket.attention):
        return None, RefusalCode.ACTION_NOT_ALLOWED
    if request.outcome == "rejected":
        reason = request.reason_code
        aggregate.apply_transition(
            Event.DECIDED, State.REJECTED, now, request.actor, reason=reason, note=request.note
        )
        return None, None
    return None, _decide_confirmed(aggregate, request, now)


def _decide_confirmed(aggregate: TicketAggregate, request: Decision, now: datetime) -> str | None:
    ticket = aggregate.ticket
    if code := _wrong(ticket, request.reward):
        return code
    worth = _worth(ticket, request, now)
    if worth is None:
        return RefusalCode.REWARD_REQUIRED
    approval = None
    if worth.amount and _needs_two(ticket, worth.amount):
        approval, code = _approval(aggregate, worth.amount, request.actor, now)
        if code:
            return code
    begin_cancellation_period(
        aggregate, Event.DECIDED, now, request.actor, worth, request.note, approval
    )
    aggregate.remove_attention(_DECISION_ATTENTION - set(worth.attention))
    return None


def _wrong(ticket: Ticket, reward: Money | None) -> str | None:
    if reward and not reward.amount:
        return RefusalCode.REWARD_REQUIRED
    other = reward and reward.currency != ticket.terms.max_reward.currency
    return RefusalCode.WRONG_CURRENCY if other else None


def _worth(ticket: Ticket, request: Decision, now: datetime) -> Confirmation | None:
    """Return what the agent decides for; `None` where nobody has named an amount."""
    if ticket.state is not State.AWAITING_CANCELLATION_PERIOD:
        return evaluate_confirmation(ticket, now, reward=request.reward)
    amount = request.reward or ticket.confirmed_amount
    # Where nobody could say when the period ends, the agent's word ends it.
    ends_at = ticket.cancellation_ends_at or now
    return Confirmation(amount=amount, ends_at=ends_at) if amount else None


def _needs_two(ticket: Ticket, amount: Money) -> bool:
    """Say whether `amount` is above the maximum, and not what two agents decided for before."""
    approved = ticket.approval and ticket.approval.amount == amount
    return not approved and not approvals.is_within_maximum(amount, ticket.terms.max_reward)


def _approval(
    aggregate: TicketAggregate, amount: Money, actor: str, now: datetime
) -> tuple[Approval | None, str | None]:
    """Take the second agent's word for an amount that another one proposed; else the proposal."""
    if approvals.agent_identity(actor) is None:
        return None, RefusalCode.FORBIDDEN
    ticket, stands = aggregate.ticket, aggregate.ticket.proposal
    if stands and stands.amount == amount:
        if not approvals.are_different_agents(stands.by, actor):
            return None, RefusalCode.APPROVAL_BY_ANOTHER
        seq = len(ticket.transitions) + 1
        return Approval(amount=amount, proposed_by=stands.by, approved_by=actor, seq=seq), None
    aggregate.change(proposal=Proposal(amount=amount, by=actor, at=now))
    aggregate.add_attention(Attention.APPROVAL_NEEDED)
    return None, MessageCode.APPROVAL_NEEDED


def _ask(aggregate: TicketAggregate, request: InformationRequest, now: datetime) -> Requested:
    return None, request_information(aggregate, request, now)


def _resend(aggregate: TicketAggregate, request: Resend, now: datetime) -> Requested:
    if "resend_to_partner" not in available_commands(
        aggregate.ticket.state, aggregate.ticket.attention
    ):
        return None, RefusalCode.ACTION_NOT_ALLOWED
    aggregate.remove_attention(DELIVERY_ATTENTION)
    return next_delivery_purpose(aggregate), None


def next_delivery_purpose(aggregate: TicketAggregate) -> str:
    """Count a delivery and return its purpose: a claim never acknowledged keeps its first key."""
    ticket = aggregate.ticket
    aggregate.change(delivery_count=ticket.delivery_count + 1)
    return "claim" if ticket.state is State.VALIDATED else f"resend-{ticket.delivery_count}"


_HANDLERS: Final[
    dict[type[TicketCommand], Callable[[TicketAggregate, Any, datetime], Requested]]
] = {
    Withdrawal: _withdraw,
    Decision: _decide,
    Resend: _resend,
    InformationRequest: _ask,
}
