"""Resending a claim to its partner."""

import pytest

from domain.handlers.commands.execution import next_delivery_purpose
from domain.handlers.message_handling import handle_message
from domain.tickets.messages.internal import AttentionChanged, Delivered
from domain.tickets.states import State
from tests.support.builders import (
    NOW,
    an_aggregate,
)
from tests.unit.domain.handlers.commands.undecided_tickets import a_resend, result_of


def test_a_claim_that_was_never_acknowledged_is_resent_under_its_first_key() -> None:
    """R25: for the partner, it is the same claim."""
    aggregate = an_aggregate(State.VALIDATED)
    assert next_delivery_purpose(aggregate) == "claim"
    assert [
        handle_message(aggregate, a_resend(f"req-{n}"), NOW).delivery_purpose for n in range(3)
    ] == ["claim"] * 3
    handle_message(aggregate, Delivered(), NOW)
    purposes = [
        handle_message(aggregate, a_resend(f"again-{n}"), NOW).delivery_purpose for n in range(3)
    ]
    assert len({"claim", *purposes}) == 4
    assert None not in purposes


@pytest.mark.parametrize("state", State)
def test_a_resend_makes_no_transition(state: State) -> None:
    aggregate = an_aggregate(state)
    before = aggregate.ticket
    result = handle_message(aggregate, a_resend(), NOW)
    possible = state in (State.VALIDATED, State.SENT_TO_PARTNER)
    assert result_of(result) == (False, None if possible else "action_not_allowed")
    assert bool(result.delivery_purpose) is possible
    assert (aggregate.ticket.transitions, aggregate.ticket.due_at) == (
        before.transitions,
        before.due_at,
    )


def test_a_resend_clears_the_attention_for_the_delivery() -> None:
    aggregate = an_aggregate(State.VALIDATED)
    for attention in ("partner_contract_fault", "mail_undeliverable"):
        handle_message(aggregate, AttentionChanged(attention=attention), NOW)
    handle_message(aggregate, a_resend(), NOW)
    assert list(aggregate.ticket.attention) == ["mail_undeliverable"]
