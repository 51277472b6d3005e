"""Amounts and ends of the period that agents decide."""

from datetime import timedelta
from typing import Any

from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.attention import Attention
from tests.support.builders import (
    NOW,
    PLN_40,
    a_decision,
    a_partner,
    an_aggregate,
)
from tests.unit.domain.handlers.commands.undecided_tickets import AWAITING, result_of

FROM_ACTIVATION = {"period": "P14D", "starts_from": "activation", "max_period": "P6M"}


def undecided(**changes: Any) -> TicketAggregate:
    """A confirmed ticket with an undecided amount."""
    return an_aggregate(AWAITING, promised_amount=None, **changes)


def test_an_undecided_amount_waits_for_an_agent_who_names_one() -> None:
    """R21: more than the partner's maximum is possible if two agents confirm it."""
    aggregate = undecided()
    assert list(aggregate.ticket.attention) == [Attention.AMOUNT_UNDECIDED]
    assert not aggregate.is_settlement_due(NOW + timedelta(days=400))
    assert result_of(handle_message(aggregate, a_decision(), NOW)) == (False, "reward_required")
    above_maximum = {"amount": "800.00", "currency": "PLN"}
    assert result_of(
        handle_message(aggregate, a_decision(request_id="2", reward=above_maximum), NOW)
    ) == (
        False,
        None,
    )
    assert not aggregate.is_settlement_due(NOW + timedelta(days=400))
    another = a_decision(request_id="3", reward=above_maximum, actor="agent-8")
    assert result_of(handle_message(aggregate, another, NOW)) == (True, None)
    assert list(aggregate.ticket.attention) == []
    assert aggregate.is_settlement_due(NOW)
    assert aggregate.ticket.confirmed_amount is not None
    assert str(aggregate.ticket.confirmed_amount.amount) == "800.00"


def test_an_agent_cannot_confirm_a_reward_of_zero() -> None:
    """From a partner, 0.00 is an undecided amount; from an agent, it is refused."""
    for aggregate in (an_aggregate(), undecided()):
        zero = {"amount": "0.00", "currency": "PLN"}
        handle_message(aggregate, a_decision(reward=zero), NOW)
        assert aggregate.ticket.confirmed_amount is None


def test_an_agents_decision_ends_a_period_whose_end_is_unknown() -> None:
    """R32, R33."""
    aggregate = an_aggregate(AWAITING, a_partner(cancellation=FROM_ACTIVATION))
    assert list(aggregate.ticket.attention) == [Attention.CANCELLATION_END_UNKNOWN]
    assert not aggregate.is_settlement_due(NOW + timedelta(days=400))
    handle_message(aggregate, a_decision(), NOW)
    assert list(aggregate.ticket.attention) == []
    assert aggregate.is_settlement_due(NOW)


def test_a_decision_while_waiting_keeps_the_end_that_is_known() -> None:
    """R33."""
    aggregate = undecided(
        partner=a_partner(cancellation=FROM_ACTIVATION | {"starts_from": "order"})
    )
    ends_at = aggregate.ticket.cancellation_ends_at
    handle_message(aggregate, a_decision(reward=PLN_40), NOW)
    assert aggregate.ticket.cancellation_ends_at == ends_at
