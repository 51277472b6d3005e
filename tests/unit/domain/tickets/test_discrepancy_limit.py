"""Noise leaves room for what contradicts a ticket."""

from datetime import timedelta

from domain.handlers.message_handling import handle_message
from domain.tickets.states import State
from domain.tickets.ticket_limits import MAX_UNAPPLIED_MESSAGES
from tests.support.builders import NOW, a_question, an_aggregate, an_outcome

LATER = NOW + timedelta(hours=1)


def test_noise_leaves_room_for_discrepancies() -> None:
    """Messages without effect are only counted beyond a limit; discrepancies are logged."""
    aggregate = an_aggregate(State.AWAITING_CANCELLATION_PERIOD)
    for turn in range(MAX_UNAPPLIED_MESSAGES + 50):
        handle_message(aggregate, an_outcome(outcome_id=f"noise-{turn}"), LATER)
        aggregate.collect_changes()
    handle_message(aggregate, a_question(outcome_id="doubt"), LATER)
    (entry,) = aggregate.collect_changes().messages
    assert (entry.code, bool(entry.discrepancy)) == ("action_not_allowed", True)
