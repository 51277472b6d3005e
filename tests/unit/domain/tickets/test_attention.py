"""Attention flags: how they are raised and cleared."""

import pytest

from domain.handlers.message_handling import handle_message
from domain.tickets.attention import Attention
from domain.tickets.messages.internal import AttentionChanged, Delivered
from domain.tickets.states import State
from tests.support.builders import NOW, a_withdrawal, an_aggregate, an_outcome


@pytest.mark.parametrize("failure", ["delivery_retrying", "partner_contract_fault"])
def test_a_failing_delivery_raises_attention_until_it_succeeds(failure: str) -> None:
    aggregate = an_aggregate(State.VALIDATED)
    handle_message(aggregate, AttentionChanged(attention=failure), NOW)
    assert list(aggregate.ticket.attention) == [failure]
    handle_message(aggregate, Delivered(reference="ref-9"), NOW)
    assert (aggregate.ticket.attention, aggregate.ticket.partner_reference) == ((), "ref-9")
    assert aggregate.ticket.state is State.SENT_TO_PARTNER


def test_a_cleared_failure_removes_attention() -> None:
    aggregate = an_aggregate(State.VALIDATED)
    handle_message(aggregate, AttentionChanged(attention="delivery_retrying"), NOW)
    handle_message(aggregate, AttentionChanged(attention="mail_undeliverable"), NOW)
    handle_message(aggregate, AttentionChanged(attention="delivery_retrying", cleared=True), NOW)
    assert list(aggregate.ticket.attention) == ["mail_undeliverable"]


@pytest.mark.parametrize("state", [state for state in State if state.is_final])
def test_a_closed_ticket_keeps_attention_only_for_undelivered_emails(
    state: State,
) -> None:
    """R34: the last e-mail may be the one that could not be delivered."""
    aggregate = an_aggregate(state)
    handle_message(aggregate, AttentionChanged(attention="partner_contract_fault"), NOW)
    assert list(aggregate.ticket.attention) == []
    handle_message(aggregate, AttentionChanged(attention="mail_undeliverable"), NOW)
    assert list(aggregate.ticket.attention) == [Attention.MAIL_UNDELIVERABLE]


def test_a_final_state_clears_attention_for_the_partner() -> None:
    aggregate = an_aggregate(State.VALIDATED)
    for attention in Attention:
        handle_message(aggregate, AttentionChanged(attention=attention), NOW)
    assert set(aggregate.ticket.attention) == set(Attention)
    handle_message(aggregate, a_withdrawal(), NOW)
    assert list(aggregate.ticket.attention) == [
        Attention.MAIL_RETRYING,
        Attention.MAIL_UNDELIVERABLE,
    ]


def test_an_email_that_is_finally_sent_clears_attention_also_of_a_closed_ticket() -> None:
    """R34."""
    aggregate = an_aggregate(State.REJECTED)
    handle_message(aggregate, AttentionChanged(attention="mail_retrying"), NOW)
    assert list(aggregate.ticket.attention) == [Attention.MAIL_RETRYING]
    handle_message(aggregate, AttentionChanged(attention="mail_retrying", cleared=True), NOW)
    assert list(aggregate.ticket.attention) == []


@pytest.mark.parametrize(
    "state", [State.ON_HOLD, State.INFORMATION_REQUESTED, State.AWAITING_CANCELLATION_PERIOD]
)
def test_a_failed_delivery_that_is_no_longer_needed_raises_no_attention(state: State) -> None:
    """R34: the partner has responded, or the claim was not delivered; an e-mail still matters."""
    aggregate = an_aggregate(state)
    for attention in ("delivery_retrying", "partner_contract_fault", "mail_retrying"):
        handle_message(aggregate, AttentionChanged(attention=attention), NOW)
    assert list(aggregate.ticket.attention) == [Attention.MAIL_RETRYING]


def test_the_partners_outcome_clears_attention_for_the_delivery() -> None:
    """R34."""
    aggregate = an_aggregate()
    for attention in ("delivery_retrying", "partner_unauthorised", "partner_silent"):
        handle_message(aggregate, AttentionChanged(attention=attention), NOW)
    handle_message(aggregate, an_outcome("confirmed"), NOW)
    assert list(aggregate.ticket.attention) == []


def test_attention_flags_are_unique_and_ordered() -> None:
    aggregate = an_aggregate()
    for attention in ("partner_silent", "delivery_retrying", "partner_silent"):
        handle_message(aggregate, AttentionChanged(attention=attention), NOW)
    assert list(aggregate.ticket.attention) == ["delivery_retrying", "partner_silent"]


def test_an_unknown_failure_raises_attention_and_no_error() -> None:
    """An error in a handler would fail the workflow task permanently."""
    aggregate = an_aggregate(State.VALIDATED)
    handle_message(aggregate, AttentionChanged(attention="ValueError"), NOW)
    assert aggregate.ticket.attention
