"""A rejection after the confirmation counts as a cancellation."""

import pytest

from domain.handlers.message_handling import handle_message
from domain.tickets.changes.emails import EmailKind
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.states import Event, State
from tests.support.builders import (
    an_outcome,
)
from tests.unit.domain.handlers.outcomes.confirmed_tickets import LATER, MUCH_LATER, confirmed


@pytest.mark.parametrize("reason", list(RejectionReason))
def test_a_rejection_in_the_period_counts_as_cancelled_and_keeps_its_reason(
    reason: RejectionReason,
) -> None:
    """Networks and shops use one code for both; a return is the most frequent reason."""
    aggregate = confirmed()
    handle_message(aggregate, an_outcome("rejected", reason_code=reason, note="came back"), LATER)
    change_set = aggregate.collect_changes()
    transition = change_set.transitions[-1]
    assert (transition.event, transition.to, transition.reason_code) == (
        Event.ORDER_CANCELLED,
        State.REJECTED,
        reason,
    )
    assert (transition.actor, transition.note) == ("partner:velotel", "came back")
    assert [email.kind for email in change_set.emails] == [EmailKind.REJECTED]
    assert not aggregate.is_settlement_due(MUCH_LATER)


def test_a_rejection_in_the_period_without_a_reason_is_a_cancellation() -> None:
    aggregate = confirmed()
    handle_message(aggregate, an_outcome("rejected"), LATER)
    assert aggregate.ticket.reason_code == "order_cancelled"
