"""The loop for more information: a question to the member, the answer, or none in time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.handlers.information_requests import answer_page_closes_at, information_purpose
from domain.handlers.message_handling import HandlingResult, foreseen_answer, hear, hear_answer
from domain.tickets.emails import EmailKind, OutgoingEmail
from domain.tickets.lifecycle import Event, State
from domain.tickets.messages import DeadlinePassed, Delivered
from domain.tickets.ticket import Attention
from domain.tickets.ticket_aggregate import TicketAggregate
from tests.support.builders import (
    NOW,
    RUNNING,
    WARSAW,
    a_course,
    a_decision,
    a_partner,
    a_question,
    a_withdrawal,
    an_answer,
    an_inquiry,
    an_outcome,
)

ASKED = State.INFORMATION_REQUESTED
SENT = State.SENT_TO_PARTNER
DAY = timedelta(days=1)
MEMBERS_TIME = timedelta(days=14, hours=1)  # over the end of summer time
REMINDING = {"deadline": "P14D", "reminders": ["P7D", "P12D"], "on_timeout": "send"}


def letters(course: TicketAggregate) -> list[OutgoingEmail]:
    """The letters earned since the last writing."""
    return list(course.write_down().emails)


def told(heard: HandlingResult) -> tuple[bool, str | None]:
    """Whether the answer says that the ticket moved, and the code of a refusal."""
    assert heard.answer is not None
    return heard.answer.state_changed, heard.answer.code


def test_a_partners_question_goes_to_the_member_with_the_last_day_for_an_answer() -> None:
    """R34: by letter, at once."""
    course = a_course()
    heard = hear(course, a_question(questions=["When?", "order_number"]), NOW + DAY)
    assert not heard.quiet
    assert (course.ticket.state, course.ticket.questions) == (ASKED, ("When?", "order_number"))
    (letter,) = letters(course)
    assert letter.kind is EmailKind.INFORMATION_NEEDED
    assert letter.params == {"questions": ["When?", "order_number"], "answer_by": "2026-11-04"}


def test_a_question_in_the_words_of_a_note_is_asked_too() -> None:
    course = a_course()
    hear(course, a_question(questions=[], note="Which colour was it?"), NOW)
    assert course.ticket.questions == ("Which colour was it?",)


def test_a_question_that_is_faster_than_its_2xx_is_asked() -> None:
    """R34: it proves that the claim arrived."""
    course = a_course(State.VALIDATED)
    course.change(delivery_count=1)
    hear(course, a_question(), NOW)
    events = [move.event for move in course.write_down().transitions]
    assert events == [Event.CLAIM_SENT, Event.INFORMATION_REQUESTED]


def test_a_question_stops_the_partners_clock_and_starts_the_members() -> None:
    """R31."""
    course = a_course()
    hear(course, a_question(), NOW + 3 * DAY)
    due_at = course.ticket.due_at
    assert due_at == NOW + 3 * DAY + MEMBERS_TIME
    assert due_at is not None
    assert hear(course, DeadlinePassed(), due_at - timedelta(seconds=1)).quiet
    assert course.ticket.state is ASKED


def test_after_the_answer_the_rest_of_the_partners_time_runs_on() -> None:
    """R31: three of its days were used before the question."""
    course = a_course()
    whole = course.ticket.due_at
    assert whole is not None
    hear(course, a_question(), NOW + 3 * DAY)
    hear_answer(course, an_answer(), NOW + 10 * DAY)
    assert course.ticket.state is SENT
    assert course.ticket.due_at == whole + 7 * DAY
    assert course.ticket.questions == ()


def test_a_second_question_waits_for_the_first_answer() -> None:
    """Two at once move nothing; the second is kept, and its sender may ask again."""
    course = a_course()
    hear(course, a_question(), NOW)
    before = course.ticket
    hear(course, a_question(outcome_id="evt-2", questions=["Where?"]), NOW + DAY)
    apart = {"processed_message_ids", "unapplied_messages"}
    assert course.ticket.model_dump(exclude=apart) == before.model_dump(exclude=apart)
    assert [note.code for note in course.write_down().messages] == ["applied", "action_not_allowed"]


def test_a_question_after_the_answer_is_asked_and_counted() -> None:
    """Each answer goes out under an idempotency key of its own."""
    course, purposes, keys = a_course(), [], []
    for turn in range(3):
        hear(course, a_question(outcome_id=f"evt-{turn}"), NOW + turn * DAY)
        hear_answer(course, an_answer(request_id=f"req-{turn}"), NOW + turn * DAY)
        purposes.append(information_purpose(course.ticket))
        keys += [letter.key for letter in letters(course)]
    assert purposes == ["information-1", "information-2", "information-3"]
    assert len(set(keys)) == 3


@pytest.mark.parametrize("state", State)
def test_an_agent_asks_where_the_map_allows(state: State) -> None:
    course = a_course(state)
    before = course.ticket
    heard = hear(course, an_inquiry(questions=["Where?"]), NOW)
    if state is SENT:
        assert told(heard) == (True, None)
        assert (course.ticket.state, course.ticket.questions) == (ASKED, ("Where?",))
        writing = course.write_down()
        assert writing.transitions[-1].actor == "agent-7"
        assert [letter.kind for letter in writing.emails] == [EmailKind.INFORMATION_NEEDED]
    else:
        assert told(heard) == (False, "action_not_allowed")
        assert (course.ticket.state, course.ticket.due_at) == (before.state, before.due_at)


def test_the_members_answer_is_first_held_against_the_form() -> None:
    """R22: nothing moves, and nobody is answered, before the form has taken it."""
    course = a_course(ASKED)
    before = course.ticket
    answer = an_answer()
    heard = hear(course, answer, NOW)
    assert (heard.check, heard.answer, heard.deliver) == (answer, None, None)
    assert course.ticket == before
    assert not course.has_unwritten


def test_an_answer_that_the_form_takes_goes_on_to_the_partner() -> None:
    """R22."""
    course = a_course(ASKED)
    foretold = foreseen_answer(course.ticket, an_answer(), NOW)
    hear_answer(course, an_answer(), NOW)
    writing = course.write_down()
    assert writing == foretold
    (move,), (answer,), (note,) = writing.transitions, writing.results, writing.messages
    assert (move.event, move.to, move.actor) == (Event.INFORMATION_PROVIDED, SENT, "member")
    assert (move.note, note.message, note.code) == ("on Friday", "provide_information", "applied")
    assert (answer.state_changed, answer.code, answer.state) == (True, None, SENT)
    assert writing.emails == ()


def test_an_answer_that_the_form_refuses_is_refused_field_by_field() -> None:
    """R19, R22: and the member's time runs on as it did."""
    course = a_course(ASKED)
    before = course.ticket
    problems = {"order_number": "malformed_pattern", "note": "required"}
    hear_answer(course, an_answer(), NOW + DAY, "incomplete", problems)
    writing = course.write_down()
    (answer,), (note,) = writing.results, writing.messages
    assert (answer.state_changed, answer.code, answer.problems) == (False, "incomplete", problems)
    assert (answer.state, note.code, note.seq) == (ASKED, "incomplete", None)
    assert (writing.transitions, writing.emails) == ((), ())
    assert (course.ticket.due_at, course.ticket.state) == (before.due_at, ASKED)
    hear_answer(course, an_answer(request_id="req-2"), NOW + DAY)
    assert course.ticket.state is SENT


def test_a_repeated_answer_gets_its_first_answer_taken_or_refused() -> None:
    """Whatever it says the second time, and wherever the ticket stands by then."""
    for code in (None, "incomplete"):
        course = a_course(ASKED)
        hear_answer(course, an_answer(), NOW, code)
        (first,) = course.write_down().results
        heard = hear(course, an_answer(note="changed"), NOW + DAY)
        assert (heard.answer, heard.check, heard.quiet) == (first, None, True)


@pytest.mark.parametrize("state", [state for state in State if state is not ASKED])
def test_an_answer_that_nobody_waits_for_is_refused_and_kept(state: State) -> None:
    course = a_course(state)
    before = course.ticket
    heard = hear(course, an_answer(), NOW)
    assert heard.check is None
    assert told(heard) == (False, "action_not_allowed")
    assert (course.ticket.transitions, course.ticket.due_at) == (before.transitions, before.due_at)
    assert [note.code for note in course.write_down().messages] == ["action_not_allowed"]


@pytest.mark.parametrize(("on_timeout", "state"), [("send", SENT), ("reject", State.REJECTED)])
def test_without_an_answer_in_time_the_profile_says_how_it_goes_on(
    on_timeout: str, state: State
) -> None:
    """R34: sent as it is, or rejected with a reason."""
    course = a_course(ASKED, a_partner(information={"deadline": "P14D", "on_timeout": on_timeout}))
    heard = hear(course, DeadlinePassed(), NOW + MEMBERS_TIME)
    (move,) = course.write_down().transitions
    assert (move.event, move.to, move.actor) == (Event.INFORMATION_NOT_PROVIDED, state, "system")
    if state is SENT:
        assert heard.deliver == "information-1"
        assert course.ticket.due_at == NOW + 2 * MEMBERS_TIME
    else:
        assert heard.deliver is None
        assert (course.ticket.reason_code, course.ticket.due_at) == ("no_answer", None)


def test_the_member_is_reminded_before_the_deadline_and_not_after() -> None:
    """R34: the same questions, under keys of their own."""
    course = a_course(ASKED, a_partner(information=REMINDING))
    sent = []
    for day in range(14):
        while not hear(course, DeadlinePassed(), NOW + day * DAY + timedelta(hours=1)).quiet:
            sent += [(day, letter) for letter in letters(course)]
    assert [day for day, _ in sent] == [7, 12]
    assert {letter.kind for _, letter in sent} == {EmailKind.INFORMATION_NEEDED}
    assert [letter.params["questions"] for _, letter in sent] == [["When?"], ["When?"]]
    assert len({letter.key for _, letter in sent}) == 2
    hear(course, DeadlinePassed(), NOW + MEMBERS_TIME)
    assert (course.ticket.state, letters(course)) == (SENT, [])


def test_a_partner_that_was_silent_and_asked_at_last_stays_a_matter_for_a_person() -> None:
    """R31: its time is over, so no clock would ever look at the ticket again."""
    course = a_course()
    hear(course, DeadlinePassed(), NOW + MEMBERS_TIME)
    assert list(course.ticket.attention) == [Attention.PARTNER_SILENT]
    hear(course, a_question(), NOW + 20 * DAY)
    assert list(course.ticket.attention) == []
    hear_answer(course, an_answer(), NOW + 21 * DAY)
    assert (course.ticket.state, course.ticket.due_at) == (SENT, None)
    assert list(course.ticket.attention) == [Attention.PARTNER_SILENT]


ENDING: list[tuple[Any, State]] = [
    (an_outcome("confirmed", outcome_id="e2"), State.AWAITING_CANCELLATION_PERIOD),
    (an_outcome("rejected", outcome_id="e2"), State.REJECTED),
    (a_decision("rejected"), State.REJECTED),
    (a_withdrawal(), State.WITHDRAWN),
]


@pytest.mark.parametrize(("message", "state"), ENDING)
def test_who_decides_meanwhile_needs_no_answer(message: Any, state: State) -> None:
    """R20, R34."""
    course = a_course(ASKED)
    hear(course, message, NOW)
    assert course.ticket.state is state
    assert told(hear(course, an_answer(request_id="late"), NOW)) == (False, "action_not_allowed")


@pytest.mark.parametrize("state", RUNNING)
def test_an_acknowledgement_that_comes_during_a_question_moves_nothing(state: State) -> None:
    course = a_course(state)
    hear(course, Delivered(), NOW)
    assert course.ticket.state is (SENT if state is State.VALIDATED else state)


def test_the_page_for_an_answer_opens_until_the_members_last_day_has_ended() -> None:
    """In the market's time zone, over the end of summer time too."""
    closes_at = answer_page_closes_at("2026-10-25", NOW, WARSAW)
    assert closes_at == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_the_page_for_an_answer_without_a_deadline_opens_for_thirty_days() -> None:
    assert answer_page_closes_at(None, NOW, WARSAW) == NOW + 30 * DAY
