"""Outcomes that are older than the confirmation in effect."""

from datetime import timedelta

from domain.handlers.message_handling import handle_message
from domain.tickets.attention import Attention
from domain.tickets.messages.internal import DeadlinePassed
from domain.tickets.states import State
from tests.support.builders import (
    NOW,
    PLN_40,
    a_decision,
    an_outcome,
)
from tests.unit.domain.handlers.outcomes.confirmed_tickets import (
    AWAITING,
    LATER,
    MUCH_LATER,
    amount,
    confirmed,
    log_entries,
    pln,
)


def test_an_older_confirmation_does_not_replace_a_newer_one() -> None:
    """Messages overtake each other; `occurred_at` shows which is newer if both have it."""
    aggregate = confirmed(reward=pln("12.00"), occurred_at=NOW - timedelta(hours=2))
    old = an_outcome(reward=PLN_40, occurred_at=NOW - timedelta(hours=3))
    handle_message(aggregate, old, LATER)
    assert amount(aggregate.ticket) == "12.00"
    assert log_entries(aggregate) == [("outdated", False)]


def test_a_rejection_older_than_the_confirmation_stops_the_settlement_until_a_person_decides() -> (
    None
):
    aggregate = confirmed(occurred_at=NOW - timedelta(hours=2))
    old = an_outcome("rejected", reason_code="order_returned", occurred_at=NOW - timedelta(days=1))
    handle_message(aggregate, old, LATER)
    assert aggregate.ticket.state is AWAITING
    assert list(aggregate.ticket.attention) == [Attention.OUTCOME_CONTRADICTED]
    assert not aggregate.is_settlement_due(MUCH_LATER)
    assert log_entries(aggregate) == [("outdated", True)]
    handle_message(aggregate, DeadlinePassed(), MUCH_LATER)
    handle_message(aggregate, a_decision(), MUCH_LATER)
    assert aggregate.ticket.attention == ()
    assert aggregate.is_settlement_due(MUCH_LATER)


def test_an_occurrence_in_the_future_does_not_make_later_outcomes_outdated() -> None:
    aggregate = confirmed(occurred_at="2099-01-01T00:00:00Z")
    handle_message(aggregate, an_outcome("rejected", occurred_at=LATER), LATER)
    assert aggregate.ticket.state is State.REJECTED


def test_an_outcome_of_the_same_time_is_not_outdated() -> None:
    aggregate = confirmed(occurred_at=NOW)
    handle_message(aggregate, an_outcome("rejected", occurred_at=NOW), LATER)
    assert aggregate.ticket.state is State.REJECTED
