"""Noise leaves room for what contradicts a ticket."""

from datetime import timedelta

from domain.handlers.message_handling import hear
from domain.tickets.lifecycle import State
from domain.tickets.ticket_limits import MOST_UNMOVED
from tests.support.builders import NOW, a_course, a_question, an_outcome

LATER = NOW + timedelta(hours=1)


def test_noise_leaves_room_for_what_contradicts_the_ticket() -> None:
    """Of many messages that move nothing only a number is kept; not so of these."""
    course = a_course(State.AWAITING_CANCELLATION_PERIOD)
    for turn in range(MOST_UNMOVED + 50):
        hear(course, an_outcome(outcome_id=f"noise-{turn}"), LATER)
        course.write_down()
    hear(course, a_question(outcome_id="doubt"), LATER)
    (note,) = course.write_down().messages
    assert (note.code, bool(note.discrepancy)) == ("action_not_allowed", True)
