"""Messages and the deadline of the ticket."""

from datetime import timedelta

import pytest

from domain.handlers.commands.execution import next_delivery_purpose
from domain.handlers.message_handling import handle_message
from domain.tickets.attention import Attention
from domain.tickets.messages.commands import Resend
from domain.tickets.messages.internal import (
    AttentionChanged,
    DeadlinePassed,
    Delivered,
)
from domain.tickets.messages.message import Message
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.states import Event, State
from tests.support.builders import (
    NOW,
    an_aggregate,
    an_outcome,
)
from tests.unit.domain.handlers.messages.logged_codes import AWAITING, LATER, STRAY

PARTNERS_TIME = timedelta(days=14, hours=1)  # over the end of summer time
WITHOUT_TRANSITION: list[Message] = [
    *[message for message, _ in STRAY.values()],
    an_outcome("information_requested", partner_id="otherpartner"),
    Resend(request_id="req-7", actor="agent-7"),
    Delivered(reference="ref-2"),
    AttentionChanged(attention="delivery_retrying"),
    DeadlinePassed(),
]


@pytest.mark.parametrize("message", WITHOUT_TRANSITION, ids=lambda message: type(message).__name__)
def test_a_message_without_a_transition_does_not_change_the_partners_deadline(
    message: Message,
) -> None:
    """R31: deadlines count from the last transition."""
    aggregate = an_aggregate()
    assert aggregate.ticket.due_at == NOW + PARTNERS_TIME
    handle_message(aggregate, message, NOW + timedelta(days=13))
    assert aggregate.ticket.due_at == NOW + PARTNERS_TIME


def test_the_partners_deadline_starts_when_the_claim_is_accepted() -> None:
    """R31: a claim that cannot be delivered is overdue too."""
    aggregate = an_aggregate(State.VALIDATED)
    assert aggregate.ticket.due_at == NOW + PARTNERS_TIME
    next_delivery_purpose(aggregate)
    handle_message(aggregate, Delivered(), NOW + timedelta(days=10))
    assert aggregate.ticket.due_at == NOW + PARTNERS_TIME


@pytest.mark.parametrize("state", [State.VALIDATED, State.SENT_TO_PARTNER])
def test_a_response_timeout_raises_attention_once(state: State) -> None:
    """R31: to the second, and not a second before."""
    aggregate = an_aggregate(state)
    due_at = NOW + PARTNERS_TIME
    assert handle_message(aggregate, DeadlinePassed(), due_at - timedelta(seconds=1)).is_log_only
    assert list(aggregate.ticket.attention) == []
    handle_message(aggregate, DeadlinePassed(), due_at)
    handle_message(aggregate, DeadlinePassed(), due_at + timedelta(days=1))
    change_set = aggregate.collect_changes()
    assert [(transition.event, transition.to) for transition in change_set.transitions] == [
        (Event.PARTNER_SILENT, state)
    ]
    assert change_set.attention == (Attention.PARTNER_SILENT,)
    assert (change_set.emails, change_set.due_at) == ((), None)


def test_a_late_response_clears_the_attention_for_the_partner() -> None:
    """R34."""
    aggregate = an_aggregate()
    handle_message(aggregate, DeadlinePassed(), NOW + PARTNERS_TIME)
    handle_message(aggregate, an_outcome("confirmed"), NOW + timedelta(days=20))
    assert (aggregate.ticket.state, aggregate.ticket.attention) == (AWAITING, ())


def test_a_held_claim_is_still_released_after_its_deadline_passed() -> None:
    """R9: the claim is sent automatically at that time."""
    aggregate = an_aggregate(State.ON_HOLD)
    opens = NOW + timedelta(days=1)
    handle_message(aggregate, DeadlinePassed(), opens)
    assert aggregate.is_release_due(opens)


def test_a_settlement_is_still_due_after_the_deadline_passed() -> None:
    """R33."""
    aggregate = an_aggregate(AWAITING)
    ends_at = aggregate.ticket.cancellation_ends_at
    assert ends_at is not None
    handle_message(aggregate, DeadlinePassed(), max(ends_at, NOW))
    assert aggregate.is_settlement_due(max(ends_at, NOW))


def test_a_repeated_acknowledgement_keeps_the_first_state_and_reference() -> None:
    aggregate = an_aggregate()
    handle_message(aggregate, Delivered(), LATER)
    assert (aggregate.ticket.state, aggregate.ticket.partner_reference) == (
        State.SENT_TO_PARTNER,
        "ref-1",
    )
    assert aggregate.collect_changes().transitions == ()


def test_a_log_entry_is_json() -> None:
    """R29: the agent pages parse it."""
    aggregate = an_aggregate()
    outcome = an_outcome("confirmed", reward={"amount": "7", "currency": "PLN"})
    handle_message(aggregate, outcome, NOW)
    entry = aggregate.collect_changes().messages[0]
    assert entry.body["reward"] == {"amount": "7.00", "currency": "PLN"}
    assert PartnerOutcome.model_validate(entry.body) == outcome
    assert (entry.message, entry.message_id, entry.actor) == (
        "partner_outcome",
        "evt-1",
        "partner:velotel",
    )
