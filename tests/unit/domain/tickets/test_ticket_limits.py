"""Limits of what one ticket stores and of its state."""

import subprocess
import sys
import time

import pytest
from pydantic import ValidationError

from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_fields import replace
from domain.tickets.messages.internal import InvalidMessage
from domain.tickets.messages.questions import MAX_QUESTIONS_CHARS
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.states import State
from domain.tickets.ticket_limits import MAX_QUESTIONS_PER_TICKET, MAX_UNAPPLIED_MESSAGES
from tests.support.builders import a_question, an_aggregate, an_answer
from tests.unit.domain.handlers.messages.logged_codes import LATER, codes


def test_of_many_messages_without_effect_only_the_number_is_stored() -> None:
    aggregate = an_aggregate()
    for _ in range(MAX_UNAPPLIED_MESSAGES + 30):
        handle_message(aggregate, InvalidMessage(message="noise"), LATER)
    assert aggregate.has_many_pending_messages
    change_set = aggregate.collect_changes()
    assert (len(change_set.messages), change_set.messages_left_out) == (MAX_UNAPPLIED_MESSAGES, 30)
    handle_message(aggregate, InvalidMessage(message="noise"), LATER)
    assert aggregate.has_pending_changes
    assert aggregate.collect_changes().messages_left_out == 31
    assert not aggregate.has_pending_changes


def test_every_handled_outcome_is_acknowledged_even_if_it_is_not_logged() -> None:
    aggregate = an_aggregate()
    for index in range(MAX_UNAPPLIED_MESSAGES + 1):
        outcome = {"outcome_id": f"evt-{index}", "partner_id": "buchkiste", "outcome": "confirmed"}
        handle_message(aggregate, PartnerOutcome.model_validate(outcome), LATER)
    assert len(aggregate.collect_changes().acknowledged_outcome_ids) == MAX_UNAPPLIED_MESSAGES + 1


def test_the_number_of_questions_to_a_member_is_limited() -> None:
    aggregate = an_aggregate()
    aggregate.ticket = replace(aggregate.ticket, question_count=MAX_QUESTIONS_PER_TICKET)
    handle_message(aggregate, a_question(outcome_id="once-more"), LATER)
    assert aggregate.ticket.state is State.SENT_TO_PARTNER
    assert codes(aggregate) == ["action_not_allowed"]


def test_free_text_is_not_part_of_the_ticket_state() -> None:
    aggregate = an_aggregate(State.INFORMATION_REQUESTED)
    request = an_answer(note="see the e-mail")
    handle_message(aggregate, request, LATER)
    assert "see the e-mail" not in aggregate.ticket.model_dump_json()


def test_an_outcome_is_short_enough_for_a_signal() -> None:
    fields = {"outcome_id": "evt-1", "partner_id": "velotel", "outcome": "information_requested"}
    half = "x" * (MAX_QUESTIONS_CHARS // 2)
    PartnerOutcome.model_validate(fields | {"questions": [half, half[:-1]]})
    with pytest.raises(ValidationError, match="together"):
        PartnerOutcome.model_validate(fields | {"questions": [half, half, "?"]})


def test_a_process_that_should_have_ended_exits_although_something_blocks_it() -> None:
    started = time.monotonic()
    program = (
        "import logging, time; from datetime import timedelta;"
        "from process.exit_process import exit_after;"
        "logging.basicConfig(); exit_after(timedelta(seconds=0.2)); time.sleep(60)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    assert time.monotonic() - started < 50
