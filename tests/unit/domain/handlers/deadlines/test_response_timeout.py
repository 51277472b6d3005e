"""The response time-out of the partner."""

from datetime import timedelta

import pytest

from domain.handlers.message_handling import handle_message
from domain.handlers.response_timeout import (
    TimeoutResult,
    apply_response_timeout,
)
from domain.tickets.attention import Attention
from domain.tickets.changes.emails import EmailKind
from domain.tickets.messages.internal import DeadlinePassed
from domain.tickets.states import Event, State
from tests.support.builders import PLN_40
from tests.unit.domain.handlers.deadlines.unresponsive_partners import (
    DUE,
    SECOND,
    UNANSWERED,
    amount,
    unanswered,
)

AWAITING = State.AWAITING_CANCELLATION_PERIOD


@pytest.mark.parametrize("state", UNANSWERED)
def test_a_response_timeout_raises_attention_and_keeps_the_state(state: State) -> None:
    """R31: no deadline is left, and the member gets no e-mail."""
    aggregate = unanswered("escalate", state)
    handle_message(aggregate, DeadlinePassed(), DUE)
    change_set = aggregate.collect_changes()
    assert [(made.event, made.from_state, made.to) for made in change_set.transitions] == [
        (Event.PARTNER_SILENT, state, state)
    ]
    assert (change_set.attention, change_set.due_at) == ((Attention.PARTNER_SILENT,), None)
    assert change_set.emails == ()


@pytest.mark.parametrize("state", UNANSWERED)
def test_a_response_timeout_rejects_if_the_profile_demands_it(state: State) -> None:
    """R34."""
    aggregate = unanswered("reject", state)
    handle_message(aggregate, DeadlinePassed(), DUE - SECOND)
    assert aggregate.ticket.state is state
    handle_message(aggregate, DeadlinePassed(), DUE)
    assert (aggregate.ticket.state, aggregate.ticket.reason_code) == (State.REJECTED, "no_answer")
    (email,) = aggregate.collect_changes().emails
    assert (email.kind, email.params["reason_code"]) == (EmailKind.REJECTED, "no_answer")


@pytest.mark.parametrize("state", UNANSWERED)
def test_a_response_timeout_confirms_up_to_the_tickets_maximum_to_the_second(state: State) -> None:
    """R31: the ticket then waits for the end of the cancellation period like any other."""
    aggregate = unanswered("confirm", state)
    assert amount(aggregate, DUE - SECOND) is None
    assert amount(aggregate) == "40.00"
    apply_response_timeout(aggregate, DUE, TimeoutResult.CONFIRMED)
    assert (aggregate.ticket.state, aggregate.ticket.attention) == (AWAITING, ())
    change_set = aggregate.collect_changes()
    assert [transition.event for transition in change_set.transitions] == [Event.PARTNER_SILENT]
    assert [email.kind for email in change_set.emails] == [EmailKind.PARTNER_CONFIRMED]
    assert change_set.emails[0].params["amount"] == PLN_40
    assert aggregate.is_settlement_due(DUE)


def test_an_automatic_confirmation_is_left_to_the_database() -> None:
    """Only the database knows what the monthly cap still allows."""
    aggregate = unanswered("confirm")
    before = aggregate.ticket
    assert handle_message(aggregate, DeadlinePassed(), DUE).is_log_only
    assert aggregate.ticket == before


def test_above_the_monthly_cap_a_person_decides() -> None:
    aggregate = unanswered("confirm")
    apply_response_timeout(aggregate, DUE, TimeoutResult.ESCALATED)
    assert (aggregate.ticket.state, aggregate.ticket.due_at) == (State.SENT_TO_PARTNER, None)
    assert list(aggregate.ticket.attention) == [Attention.PARTNER_SILENT]
    assert amount(aggregate, DUE + timedelta(days=40)) is None
