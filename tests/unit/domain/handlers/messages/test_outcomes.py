"""Outcomes that come early, repeated or without a reason."""

import pytest

from domain.handlers.commands.execution import next_delivery_purpose
from domain.handlers.message_handling import handle_message
from domain.tickets.messages.signals import RewardRegistered
from domain.tickets.states import Event, State
from tests.support.builders import (
    NOW,
    NUMBER,
    an_aggregate,
    an_outcome,
)
from tests.unit.domain.handlers.messages.logged_codes import AWAITING, LATER, REGISTERED, codes


def test_an_outcome_may_name_its_ticket_as_people_write_it() -> None:
    """R29."""
    aggregate = an_aggregate()
    handle_message(aggregate, an_outcome(number=NUMBER.lower().replace("-", " ")), NOW)
    assert aggregate.ticket.state is AWAITING


def test_an_outcome_before_the_acknowledgement_of_the_claim_acknowledges_it() -> None:
    """R34: the partner's outcome overtook its own HTTP answer."""
    aggregate = an_aggregate(State.VALIDATED)
    next_delivery_purpose(aggregate)
    handle_message(
        aggregate, an_outcome("rejected", reason_code="order_not_found", note="none"), LATER
    )
    transitions = aggregate.collect_changes().transitions
    assert [(made.seq, made.event, made.to) for made in transitions] == [
        (2, Event.CLAIM_SENT, State.SENT_TO_PARTNER),
        (3, Event.PARTNER_REJECTED, State.REJECTED),
    ]
    assert {made.actor for made in transitions} == {"partner:velotel"}
    assert (transitions[1].reason_code, transitions[1].note) == ("order_not_found", "none")


@pytest.mark.parametrize("outcome", ["confirmed", "rejected", "order_cancelled"])
def test_an_outcome_before_any_delivery_is_only_logged(outcome: str) -> None:
    """R20: the partner cannot have the claim."""
    aggregate = an_aggregate(State.VALIDATED)
    handle_message(aggregate, an_outcome(outcome), LATER)
    assert aggregate.ticket.state is State.VALIDATED
    assert codes(aggregate) == ["action_not_allowed"]


def test_a_repeated_outcome_is_logged_and_changes_nothing() -> None:
    """R21: also if `occurred_at` differs."""
    aggregate = an_aggregate()
    handle_message(aggregate, an_outcome("confirmed"), NOW)
    before = aggregate.ticket
    handle_message(aggregate, an_outcome("confirmed", occurred_at=LATER), LATER)
    assert aggregate.ticket == before.model_copy(update={"unapplied_messages": 1})
    assert codes(aggregate) == ["applied", "duplicate_message"]


def test_an_outcome_and_a_reward_of_the_same_id_are_two_messages() -> None:
    aggregate = an_aggregate()
    handle_message(aggregate, an_outcome("confirmed", outcome_id="same"), NOW)
    handle_message(aggregate, RewardRegistered(reward_id="same"), NOW)
    assert aggregate.ticket.state is State.RESOLVED


def test_a_reward_registered_twice_ends_the_ticket_once() -> None:
    """R24: nothing is granted."""
    aggregate = an_aggregate()
    handle_message(aggregate, REGISTERED, NOW)
    handle_message(aggregate, REGISTERED, LATER)
    change_set = aggregate.collect_changes()
    assert [entry.code for entry in change_set.messages] == ["applied", "duplicate_message"]
    assert [transition.actor for transition in change_set.transitions] == ["platform"]
    assert aggregate.ticket.granted_amount is None


@pytest.mark.parametrize(
    ("outcome", "stated", "reason"),
    [
        ("rejected", "not_new_customer", "not_new_customer"),
        ("rejected", None, "other"),
        ("order_cancelled", None, "order_cancelled"),
        ("order_cancelled", "other", "order_cancelled"),
    ],
)
def test_a_rejection_always_has_a_coded_reason(
    outcome: str, stated: str | None, reason: str
) -> None:
    """R34."""
    aggregate = an_aggregate()
    handle_message(aggregate, an_outcome(outcome, reason_code=stated), NOW)
    assert aggregate.ticket.reason_code == reason
