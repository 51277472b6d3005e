"""Answers of members."""

import pytest

from domain.handlers.information_results import apply_information, information_changes
from domain.handlers.message_handling import handle_message
from domain.tickets.states import Event, State
from tests.support.builders import (
    NOW,
    an_aggregate,
    an_answer,
)
from tests.unit.domain.handlers.information.open_questions import (
    DAY,
    INFORMATION_REQUESTED,
    SENT,
    answer_result,
)


def test_the_members_answer_is_checked_against_the_form_first() -> None:
    """R22: before that, it makes no transition and has no result."""
    aggregate = an_aggregate(INFORMATION_REQUESTED)
    before = aggregate.ticket
    answer = an_answer()
    result = handle_message(aggregate, answer, NOW)
    assert (result.information_to_check, result.result, result.delivery_purpose) == (
        answer,
        None,
        None,
    )
    assert aggregate.ticket == before
    assert not aggregate.has_pending_changes


def test_an_accepted_answer_is_delivered_to_the_partner() -> None:
    """R22."""
    aggregate = an_aggregate(INFORMATION_REQUESTED)
    predicted = information_changes(aggregate.ticket, an_answer(), NOW)
    apply_information(aggregate, an_answer(), NOW)
    change_set = aggregate.collect_changes()
    assert change_set == predicted
    (transition,), (answer,), (entry,) = (
        change_set.transitions,
        change_set.results,
        change_set.messages,
    )
    assert (transition.event, transition.to, transition.actor) == (
        Event.INFORMATION_PROVIDED,
        SENT,
        "member",
    )
    assert (transition.note, entry.message, entry.code) == (
        "on Friday",
        "provide_information",
        "applied",
    )
    assert (answer.state_changed, answer.code, answer.state) == (True, None, SENT)
    assert change_set.emails == ()


def test_an_answer_that_the_form_refuses_is_refused_field_by_field() -> None:
    """R19, R22: the member's deadline stays."""
    aggregate = an_aggregate(INFORMATION_REQUESTED)
    before = aggregate.ticket
    problems = {"order_number": "malformed_pattern", "note": "required"}
    apply_information(aggregate, an_answer(), NOW + DAY, "incomplete", problems)
    change_set = aggregate.collect_changes()
    (answer,), (entry,) = change_set.results, change_set.messages
    assert (answer.state_changed, answer.code, answer.problems) == (False, "incomplete", problems)
    assert (answer.state, entry.code, entry.seq) == (INFORMATION_REQUESTED, "incomplete", None)
    assert (change_set.transitions, change_set.emails) == ((), ())
    assert (aggregate.ticket.due_at, aggregate.ticket.state) == (
        before.due_at,
        INFORMATION_REQUESTED,
    )
    apply_information(aggregate, an_answer(request_id="req-2"), NOW + DAY)
    assert aggregate.ticket.state is SENT


def test_a_repeated_answer_gets_its_first_result() -> None:
    """In any state, and also if its content differs."""
    for code in (None, "incomplete"):
        aggregate = an_aggregate(INFORMATION_REQUESTED)
        apply_information(aggregate, an_answer(), NOW, code)
        (first,) = aggregate.collect_changes().results
        result = handle_message(aggregate, an_answer(note="changed"), NOW + DAY)
        assert (result.result, result.information_to_check, result.is_log_only) == (
            first,
            None,
            True,
        )


@pytest.mark.parametrize("state", [state for state in State if state is not INFORMATION_REQUESTED])
def test_an_answer_without_a_question_is_refused_and_logged(state: State) -> None:
    aggregate = an_aggregate(state)
    before = aggregate.ticket
    result = handle_message(aggregate, an_answer(), NOW)
    assert result.information_to_check is None
    assert answer_result(result) == (False, "action_not_allowed")
    assert (aggregate.ticket.transitions, aggregate.ticket.due_at) == (
        before.transitions,
        before.due_at,
    )
    assert [entry.code for entry in aggregate.collect_changes().messages] == ["action_not_allowed"]
