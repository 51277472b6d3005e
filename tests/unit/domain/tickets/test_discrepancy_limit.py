"""Discrepancies are logged above the limit of other messages."""

from datetime import timedelta

from domain.handlers.message_handling import handle_message
from domain.tickets.states import State
from domain.tickets.ticket_limits import MAX_UNAPPLIED_MESSAGES
from tests.support.builders import NOW, a_question, an_aggregate, an_outcome

LATER = NOW + timedelta(hours=1)


def test_discrepancies_are_logged_above_the_limit_of_other_messages() -> None:
    """Beyond the limit, messages without effect are only counted."""
    aggregate = an_aggregate(State.AWAITING_CANCELLATION_PERIOD)
    for index in range(MAX_UNAPPLIED_MESSAGES + 50):
        handle_message(aggregate, an_outcome(outcome_id=f"noise-{index}"), LATER)
        aggregate.collect_changes()
    handle_message(aggregate, a_question(outcome_id="doubt"), LATER)
    (entry,) = aggregate.collect_changes().messages
    assert (entry.code, bool(entry.discrepancy)) == ("action_not_allowed", True)
