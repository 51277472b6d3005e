"""What one ticket keeps, and carries along, has an end, whatever is sent to it."""

import subprocess
import sys
import time

import pytest
from pydantic import ValidationError

from domain.handlers.message_handling import hear
from domain.tickets.lifecycle import State
from domain.tickets.messages import LONGEST_TOGETHER, InvalidMessage, PartnerOutcome
from domain.tickets.ticket_limits import MOST_ASKED, MOST_UNMOVED
from tests.support.builders import a_course, a_question, an_answer
from tests.unit.domain.handlers.test_message_handling import LATER, codes


def test_of_many_messages_that_change_nothing_only_the_number_is_kept() -> None:
    course = a_course()
    for _ in range(MOST_UNMOVED + 30):
        hear(course, InvalidMessage(message="noise"), LATER)
    assert course.is_full
    writing = course.write_down()
    assert (len(writing.messages), writing.messages_left_out) == (MOST_UNMOVED, 30)
    hear(course, InvalidMessage(message="noise"), LATER)
    assert course.has_unwritten
    assert course.write_down().messages_left_out == 31
    assert not course.has_unwritten


def test_every_outcome_that_was_heard_is_acknowledged_also_where_nothing_is_kept_of_it() -> None:
    course = a_course()
    for place in range(MOST_UNMOVED + 1):
        outcome = {"outcome_id": f"evt-{place}", "partner_id": "buchkiste", "outcome": "confirmed"}
        hear(course, PartnerOutcome.model_validate(outcome), LATER)
    assert len(course.write_down().acknowledged_outcome_ids) == MOST_UNMOVED + 1


def test_a_member_is_not_asked_for_ever() -> None:
    course = a_course()
    course.change(question_count=MOST_ASKED)
    hear(course, a_question(outcome_id="once-more"), LATER)
    assert course.ticket.state is State.SENT_TO_PARTNER
    assert codes(course) == ["action_not_allowed"]


def test_what_people_wrote_is_written_down_and_not_carried_along() -> None:
    course = a_course(State.INFORMATION_REQUESTED)
    request = an_answer(note="see the letter")
    hear(course, request, LATER)
    assert "see the letter" not in course.ticket.model_dump_json()


def test_an_outcome_is_short_enough_for_a_signal() -> None:
    known = {"outcome_id": "evt-1", "partner_id": "velotel", "outcome": "information_requested"}
    half = "x" * (LONGEST_TOGETHER // 2)
    PartnerOutcome.model_validate(known | {"questions": [half, half[:-1]]})
    with pytest.raises(ValidationError, match="together"):
        PartnerOutcome.model_validate(known | {"questions": [half, half, "?"]})


def test_a_process_that_should_have_ended_leaves_whatever_it_waits_for() -> None:
    started = time.monotonic()
    program = (
        "import logging, time; from datetime import timedelta; import worker;"
        "logging.basicConfig(); worker.leave_in_any_case(timedelta(seconds=0.2)); time.sleep(60)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.returncode == 1
    assert "leaving" in ended.stderr
    assert time.monotonic() - started < 50
