"""Questions of partners and agents."""

from datetime import timedelta

import pytest

from domain.handlers.information_requests import information_purpose
from domain.handlers.information_results import apply_information
from domain.handlers.message_handling import handle_message
from domain.tickets.changes.emails import EmailKind
from domain.tickets.messages.internal import DeadlinePassed
from domain.tickets.states import Event, State
from tests.support.builders import (
    NOW,
    a_question,
    an_aggregate,
    an_answer,
    an_inquiry,
)
from tests.unit.domain.handlers.information.open_questions import (
    DAY,
    INFORMATION_REQUESTED,
    MEMBERS_TIME,
    SENT,
    answer_result,
    queued_emails,
)


def test_a_partners_question_goes_to_the_member_with_the_last_day_for_an_answer() -> None:
    """R34: by e-mail, at once."""
    aggregate = an_aggregate()
    result = handle_message(aggregate, a_question(questions=["When?", "order_number"]), NOW + DAY)
    assert not result.is_log_only
    assert (aggregate.ticket.state, aggregate.ticket.questions) == (
        INFORMATION_REQUESTED,
        ("When?", "order_number"),
    )
    (email,) = queued_emails(aggregate)
    assert email.kind is EmailKind.INFORMATION_NEEDED
    assert email.params == {"questions": ["When?", "order_number"], "answer_by": "2026-11-04"}


def test_a_note_without_questions_is_asked_as_a_question() -> None:
    aggregate = an_aggregate()
    handle_message(aggregate, a_question(questions=[], note="Which colour was it?"), NOW)
    assert aggregate.ticket.questions == ("Which colour was it?",)


def test_a_question_before_the_acknowledgement_of_the_claim_is_asked() -> None:
    """R34: it proves the delivery."""
    aggregate = an_aggregate(State.VALIDATED)
    aggregate.count_delivery()
    handle_message(aggregate, a_question(), NOW)
    events = [transition.event for transition in aggregate.collect_changes().transitions]
    assert events == [Event.CLAIM_SENT, Event.INFORMATION_REQUESTED]


def test_a_question_pauses_the_partners_deadline_and_starts_the_members() -> None:
    """R31."""
    aggregate = an_aggregate()
    handle_message(aggregate, a_question(), NOW + 3 * DAY)
    due_at = aggregate.ticket.due_at
    assert due_at == NOW + 3 * DAY + MEMBERS_TIME
    assert due_at is not None
    assert handle_message(aggregate, DeadlinePassed(), due_at - timedelta(seconds=1)).is_log_only
    assert aggregate.ticket.state is INFORMATION_REQUESTED


def test_an_answer_resumes_the_partners_deadline() -> None:
    """R31: three of its days were used before the question."""
    aggregate = an_aggregate()
    first_deadline = aggregate.ticket.due_at
    assert first_deadline is not None
    handle_message(aggregate, a_question(), NOW + 3 * DAY)
    apply_information(aggregate, an_answer(), NOW + 10 * DAY)
    assert aggregate.ticket.state is SENT
    assert aggregate.ticket.due_at == first_deadline + 7 * DAY
    assert aggregate.ticket.questions == ()


def test_a_second_question_waits_for_the_first_answer() -> None:
    """The second makes no transition; it is logged, and its sender may ask again."""
    aggregate = an_aggregate()
    handle_message(aggregate, a_question(), NOW)
    before = aggregate.ticket
    handle_message(aggregate, a_question(outcome_id="evt-2", questions=["Where?"]), NOW + DAY)
    logged = {"processed_message_ids", "unapplied_messages"}
    assert aggregate.ticket.model_dump(exclude=logged) == before.model_dump(exclude=logged)
    assert [entry.code for entry in aggregate.collect_changes().messages] == [
        "applied",
        "action_not_allowed",
    ]


def test_a_question_after_the_answer_is_asked_and_counted() -> None:
    """Each answer is delivered under a separate idempotency key."""
    aggregate, purposes, keys = an_aggregate(), [], []
    for index in range(3):
        handle_message(aggregate, a_question(outcome_id=f"evt-{index}"), NOW + index * DAY)
        apply_information(aggregate, an_answer(request_id=f"req-{index}"), NOW + index * DAY)
        purposes.append(information_purpose(aggregate.ticket))
        keys += [email.key for email in queued_emails(aggregate)]
    assert purposes == ["information-1", "information-2", "information-3"]
    assert len(set(keys)) == 3


@pytest.mark.parametrize("state", State)
def test_an_agent_can_ask_only_in_the_states_of_the_transition_table(state: State) -> None:
    aggregate = an_aggregate(state)
    before = aggregate.ticket
    result = handle_message(aggregate, an_inquiry(questions=["Where?"]), NOW)
    if state is SENT:
        assert answer_result(result) == (True, None)
        assert (aggregate.ticket.state, aggregate.ticket.questions) == (
            INFORMATION_REQUESTED,
            ("Where?",),
        )
        change_set = aggregate.collect_changes()
        assert change_set.transitions[-1].actor == "agent-7"
        assert [email.kind for email in change_set.emails] == [EmailKind.INFORMATION_NEEDED]
    else:
        assert answer_result(result) == (False, "action_not_allowed")
        assert (aggregate.ticket.state, aggregate.ticket.due_at) == (before.state, before.due_at)
