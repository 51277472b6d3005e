"""The loop for more information: a question to the member, the answer, or none in time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.handlers.handling_result import HandlingResult
from domain.handlers.information_requests import answer_link_expires_at, information_purpose
from domain.handlers.information_results import apply_information, information_changes
from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.attention import Attention
from domain.tickets.changes.emails import EmailKind, OutgoingEmail
from domain.tickets.messages.internal import DeadlinePassed, Delivered
from domain.tickets.states import Event, State
from tests.support.builders import (
    NOW,
    RUNNING,
    WARSAW,
    a_decision,
    a_partner,
    a_question,
    a_withdrawal,
    an_aggregate,
    an_answer,
    an_inquiry,
    an_outcome,
)

ASKED = State.INFORMATION_REQUESTED
SENT = State.SENT_TO_PARTNER
DAY = timedelta(days=1)
MEMBERS_TIME = timedelta(days=14, hours=1)  # over the end of summer time
REMINDING = {"deadline": "P14D", "reminders": ["P7D", "P12D"], "on_timeout": "send"}


def letters(aggregate: TicketAggregate) -> list[OutgoingEmail]:
    """The letters earned since the last writing."""
    return list(aggregate.collect_changes().emails)


def told(heard: HandlingResult) -> tuple[bool, str | None]:
    """Whether the answer says that the ticket moved, and the code of a refusal."""
    assert heard.result is not None
    return heard.result.state_changed, heard.result.code


def test_a_partners_question_goes_to_the_member_with_the_last_day_for_an_answer() -> None:
    """R34: by letter, at once."""
    aggregate = an_aggregate()
    heard = handle_message(aggregate, a_question(questions=["When?", "order_number"]), NOW + DAY)
    assert not heard.is_log_only
    assert (aggregate.ticket.state, aggregate.ticket.questions) == (
        ASKED,
        ("When?", "order_number"),
    )
    (letter,) = letters(aggregate)
    assert letter.kind is EmailKind.INFORMATION_NEEDED
    assert letter.params == {"questions": ["When?", "order_number"], "answer_by": "2026-11-04"}


def test_a_question_in_the_words_of_a_note_is_asked_too() -> None:
    aggregate = an_aggregate()
    handle_message(aggregate, a_question(questions=[], note="Which colour was it?"), NOW)
    assert aggregate.ticket.questions == ("Which colour was it?",)


def test_a_question_that_is_faster_than_its_2xx_is_asked() -> None:
    """R34: it proves that the claim arrived."""
    aggregate = an_aggregate(State.VALIDATED)
    aggregate.count_delivery()
    handle_message(aggregate, a_question(), NOW)
    events = [move.event for move in aggregate.collect_changes().transitions]
    assert events == [Event.CLAIM_SENT, Event.INFORMATION_REQUESTED]


def test_a_question_stops_the_partners_clock_and_starts_the_members() -> None:
    """R31."""
    aggregate = an_aggregate()
    handle_message(aggregate, a_question(), NOW + 3 * DAY)
    due_at = aggregate.ticket.due_at
    assert due_at == NOW + 3 * DAY + MEMBERS_TIME
    assert due_at is not None
    assert handle_message(aggregate, DeadlinePassed(), due_at - timedelta(seconds=1)).is_log_only
    assert aggregate.ticket.state is ASKED


def test_after_the_answer_the_rest_of_the_partners_time_runs_on() -> None:
    """R31: three of its days were used before the question."""
    aggregate = an_aggregate()
    whole = aggregate.ticket.due_at
    assert whole is not None
    handle_message(aggregate, a_question(), NOW + 3 * DAY)
    apply_information(aggregate, an_answer(), NOW + 10 * DAY)
    assert aggregate.ticket.state is SENT
    assert aggregate.ticket.due_at == whole + 7 * DAY
    assert aggregate.ticket.questions == ()


def test_a_second_question_waits_for_the_first_answer() -> None:
    """Two at once move nothing; the second is kept, and its sender may ask again."""
    aggregate = an_aggregate()
    handle_message(aggregate, a_question(), NOW)
    before = aggregate.ticket
    handle_message(aggregate, a_question(outcome_id="evt-2", questions=["Where?"]), NOW + DAY)
    apart = {"processed_message_ids", "unapplied_messages"}
    assert aggregate.ticket.model_dump(exclude=apart) == before.model_dump(exclude=apart)
    assert [note.code for note in aggregate.collect_changes().messages] == [
        "applied",
        "action_not_allowed",
    ]


def test_a_question_after_the_answer_is_asked_and_counted() -> None:
    """Each answer goes out under an idempotency key of its own."""
    aggregate, purposes, keys = an_aggregate(), [], []
    for turn in range(3):
        handle_message(aggregate, a_question(outcome_id=f"evt-{turn}"), NOW + turn * DAY)
        apply_information(aggregate, an_answer(request_id=f"req-{turn}"), NOW + turn * DAY)
        purposes.append(information_purpose(aggregate.ticket))
        keys += [letter.key for letter in letters(aggregate)]
    assert purposes == ["information-1", "information-2", "information-3"]
    assert len(set(keys)) == 3


@pytest.mark.parametrize("state", State)
def test_an_agent_asks_where_the_map_allows(state: State) -> None:
    aggregate = an_aggregate(state)
    before = aggregate.ticket
    heard = handle_message(aggregate, an_inquiry(questions=["Where?"]), NOW)
    if state is SENT:
        assert told(heard) == (True, None)
        assert (aggregate.ticket.state, aggregate.ticket.questions) == (ASKED, ("Where?",))
        change_set = aggregate.collect_changes()
        assert change_set.transitions[-1].actor == "agent-7"
        assert [letter.kind for letter in change_set.emails] == [EmailKind.INFORMATION_NEEDED]
    else:
        assert told(heard) == (False, "action_not_allowed")
        assert (aggregate.ticket.state, aggregate.ticket.due_at) == (before.state, before.due_at)


def test_the_members_answer_is_first_held_against_the_form() -> None:
    """R22: nothing moves, and nobody is answered, before the form has taken it."""
    aggregate = an_aggregate(ASKED)
    before = aggregate.ticket
    answer = an_answer()
    heard = handle_message(aggregate, answer, NOW)
    assert (heard.information_to_check, heard.result, heard.delivery_purpose) == (
        answer,
        None,
        None,
    )
    assert aggregate.ticket == before
    assert not aggregate.has_pending_changes


def test_an_answer_that_the_form_takes_goes_on_to_the_partner() -> None:
    """R22."""
    aggregate = an_aggregate(ASKED)
    foretold = information_changes(aggregate.ticket, an_answer(), NOW)
    apply_information(aggregate, an_answer(), NOW)
    change_set = aggregate.collect_changes()
    assert change_set == foretold
    (move,), (answer,), (note,) = change_set.transitions, change_set.results, change_set.messages
    assert (move.event, move.to, move.actor) == (Event.INFORMATION_PROVIDED, SENT, "member")
    assert (move.note, note.message, note.code) == ("on Friday", "provide_information", "applied")
    assert (answer.state_changed, answer.code, answer.state) == (True, None, SENT)
    assert change_set.emails == ()


def test_an_answer_that_the_form_refuses_is_refused_field_by_field() -> None:
    """R19, R22: and the member's time runs on as it did."""
    aggregate = an_aggregate(ASKED)
    before = aggregate.ticket
    problems = {"order_number": "malformed_pattern", "note": "required"}
    apply_information(aggregate, an_answer(), NOW + DAY, "incomplete", problems)
    change_set = aggregate.collect_changes()
    (answer,), (note,) = change_set.results, change_set.messages
    assert (answer.state_changed, answer.code, answer.problems) == (False, "incomplete", problems)
    assert (answer.state, note.code, note.seq) == (ASKED, "incomplete", None)
    assert (change_set.transitions, change_set.emails) == ((), ())
    assert (aggregate.ticket.due_at, aggregate.ticket.state) == (before.due_at, ASKED)
    apply_information(aggregate, an_answer(request_id="req-2"), NOW + DAY)
    assert aggregate.ticket.state is SENT


def test_a_repeated_answer_gets_its_first_answer_taken_or_refused() -> None:
    """Whatever it says the second time, and wherever the ticket stands by then."""
    for code in (None, "incomplete"):
        aggregate = an_aggregate(ASKED)
        apply_information(aggregate, an_answer(), NOW, code)
        (first,) = aggregate.collect_changes().results
        heard = handle_message(aggregate, an_answer(note="changed"), NOW + DAY)
        assert (heard.result, heard.information_to_check, heard.is_log_only) == (first, None, True)


@pytest.mark.parametrize("state", [state for state in State if state is not ASKED])
def test_an_answer_that_nobody_waits_for_is_refused_and_kept(state: State) -> None:
    aggregate = an_aggregate(state)
    before = aggregate.ticket
    heard = handle_message(aggregate, an_answer(), NOW)
    assert heard.information_to_check is None
    assert told(heard) == (False, "action_not_allowed")
    assert (aggregate.ticket.transitions, aggregate.ticket.due_at) == (
        before.transitions,
        before.due_at,
    )
    assert [note.code for note in aggregate.collect_changes().messages] == ["action_not_allowed"]


@pytest.mark.parametrize(("on_timeout", "state"), [("send", SENT), ("reject", State.REJECTED)])
def test_without_an_answer_in_time_the_profile_says_how_it_goes_on(
    on_timeout: str, state: State
) -> None:
    """R34: sent as it is, or rejected with a reason."""
    aggregate = an_aggregate(
        ASKED, a_partner(information={"deadline": "P14D", "on_timeout": on_timeout})
    )
    heard = handle_message(aggregate, DeadlinePassed(), NOW + MEMBERS_TIME)
    (move,) = aggregate.collect_changes().transitions
    assert (move.event, move.to, move.actor) == (Event.INFORMATION_NOT_PROVIDED, state, "system")
    if state is SENT:
        assert heard.delivery_purpose == "information-1"
        assert aggregate.ticket.due_at == NOW + 2 * MEMBERS_TIME
    else:
        assert heard.delivery_purpose is None
        assert (aggregate.ticket.reason_code, aggregate.ticket.due_at) == ("no_answer", None)


def test_the_member_is_reminded_before_the_deadline_and_not_after() -> None:
    """R34: the same questions, under keys of their own."""
    aggregate = an_aggregate(ASKED, a_partner(information=REMINDING))
    sent = []
    for day in range(14):
        while not handle_message(
            aggregate, DeadlinePassed(), NOW + day * DAY + timedelta(hours=1)
        ).is_log_only:
            sent += [(day, letter) for letter in letters(aggregate)]
    assert [day for day, _ in sent] == [7, 12]
    assert {letter.kind for _, letter in sent} == {EmailKind.INFORMATION_NEEDED}
    assert [letter.params["questions"] for _, letter in sent] == [["When?"], ["When?"]]
    assert len({letter.key for _, letter in sent}) == 2
    handle_message(aggregate, DeadlinePassed(), NOW + MEMBERS_TIME)
    assert (aggregate.ticket.state, letters(aggregate)) == (SENT, [])


def test_a_partner_that_was_silent_and_asked_at_last_stays_a_matter_for_a_person() -> None:
    """R31: its time is over, so no clock would ever look at the ticket again."""
    aggregate = an_aggregate()
    handle_message(aggregate, DeadlinePassed(), NOW + MEMBERS_TIME)
    assert list(aggregate.ticket.attention) == [Attention.PARTNER_SILENT]
    handle_message(aggregate, a_question(), NOW + 20 * DAY)
    assert list(aggregate.ticket.attention) == []
    apply_information(aggregate, an_answer(), NOW + 21 * DAY)
    assert (aggregate.ticket.state, aggregate.ticket.due_at) == (SENT, None)
    assert list(aggregate.ticket.attention) == [Attention.PARTNER_SILENT]


ENDING: list[tuple[Any, State]] = [
    (an_outcome("confirmed", outcome_id="e2"), State.AWAITING_CANCELLATION_PERIOD),
    (an_outcome("rejected", outcome_id="e2"), State.REJECTED),
    (a_decision("rejected"), State.REJECTED),
    (a_withdrawal(), State.WITHDRAWN),
]


@pytest.mark.parametrize(("message", "state"), ENDING)
def test_who_decides_meanwhile_needs_no_answer(message: Any, state: State) -> None:
    """R20, R34."""
    aggregate = an_aggregate(ASKED)
    handle_message(aggregate, message, NOW)
    assert aggregate.ticket.state is state
    assert told(handle_message(aggregate, an_answer(request_id="late"), NOW)) == (
        False,
        "action_not_allowed",
    )


@pytest.mark.parametrize("state", RUNNING)
def test_an_acknowledgement_that_comes_during_a_question_moves_nothing(state: State) -> None:
    aggregate = an_aggregate(state)
    handle_message(aggregate, Delivered(), NOW)
    assert aggregate.ticket.state is (SENT if state is State.VALIDATED else state)


def test_the_page_for_an_answer_opens_until_the_members_last_day_has_ended() -> None:
    """In the market's time zone, over the end of summer time too."""
    closes_at = answer_link_expires_at("2026-10-25", NOW, WARSAW)
    assert closes_at == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_the_page_for_an_answer_without_a_deadline_opens_for_thirty_days() -> None:
    assert answer_link_expires_at(None, NOW, WARSAW) == NOW + 30 * DAY
