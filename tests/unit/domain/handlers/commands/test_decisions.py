"""Decisions of agents on behalf of the partner."""

import pytest

from domain.handlers.message_handling import handle_message
from domain.tickets.messages.internal import AttentionChanged
from domain.tickets.states import State
from tests.support.builders import (
    NOW,
    a_decision,
    an_aggregate,
)
from tests.unit.domain.handlers.commands.undecided_tickets import AWAITING, result_of


@pytest.mark.parametrize("state", [State.ON_HOLD, AWAITING])
@pytest.mark.parametrize("outcome", ["confirmed", "rejected"])
def test_on_hold_or_confirmed_an_agent_decides_only_while_attention_is_raised(
    state: State, outcome: str
) -> None:
    aggregate = an_aggregate(state)
    refused = handle_message(aggregate, a_decision(outcome), NOW)
    assert result_of(refused) == (False, "action_not_allowed")
    assert aggregate.ticket.state is state
    handle_message(aggregate, AttentionChanged(attention="mail_undeliverable"), NOW)
    accepted = handle_message(aggregate, a_decision(outcome, request_id="req-2"), NOW)
    assert result_of(accepted) == (True, None)
    assert aggregate.ticket.state is (AWAITING if outcome == "confirmed" else State.REJECTED)


def test_an_agents_decision_carries_reason_note_and_name() -> None:
    aggregate = an_aggregate()
    handle_message(
        aggregate, a_decision("rejected", reason_code="order_returned", note="they called"), NOW
    )
    transition = aggregate.collect_changes().transitions[0]
    assert (transition.reason_code, transition.note, transition.actor) == (
        "order_returned",
        "they called",
        "agent-7",
    )


def test_an_agents_confirmation_starts_the_cancellation_period() -> None:
    """R33."""
    aggregate = an_aggregate()
    handle_message(aggregate, a_decision(), NOW)
    ticket = aggregate.ticket
    assert ticket.confirmed_amount is not None
    assert str(ticket.confirmed_amount.amount) == "40.00"
    assert ticket.cancellation_ends_at is not None
    assert ticket.due_at == ticket.cancellation_ends_at
    assert aggregate.is_settlement_due(max(NOW, ticket.cancellation_ends_at))


@pytest.mark.parametrize("state", [State.SENT_TO_PARTNER, AWAITING])
def test_an_agent_cannot_confirm_in_another_currency(state: State) -> None:
    aggregate = an_aggregate(state, promised_amount=None)
    before = aggregate.ticket
    euros = {"amount": "40.00", "currency": "EUR"}
    assert result_of(handle_message(aggregate, a_decision(reward=euros), NOW)) == (
        False,
        "wrong_currency",
    )
    assert aggregate.ticket.state is before.state
    assert aggregate.ticket.confirmed_amount is None
