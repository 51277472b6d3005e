"""The updates of members and agents: one answer for each request, for ever."""

from datetime import timedelta
from typing import Any

import pytest

from domain.claims.parsing import parse_json, parse_message
from domain.handlers.commands import answer_for, next_delivery, possible
from domain.handlers.message_handling import HandlingResult, hear
from domain.tickets.lifecycle import State
from domain.tickets.messages import (
    AttentionChanged,
    Delivered,
    InformationAnswer,
    InformationRequest,
    InvalidMessage,
    Resend,
    TicketCommand,
)
from domain.tickets.ticket import MAX_REMEMBERED_IDS, Attention, Ticket
from domain.tickets.ticket_aggregate import TicketAggregate
from tests.support.builders import (
    NOW,
    NUMBER,
    PLN_40,
    a_course,
    a_decision,
    a_partner,
    a_withdrawal,
    an_outcome,
)

AWAITING = State.AWAITING_CANCELLATION_PERIOD
LATER = NOW + timedelta(hours=1)
FROM_ACTIVATION = {"period": "P14D", "starts_from": "activation", "max_period": "P6M"}


def a_resend(request_id: str = "req-1") -> Resend:
    """An agent has the claim sent once more."""
    return Resend(request_id=request_id, actor="agent-7", reason="they lost it")


def undecided(**changes: Any) -> TicketAggregate:
    """A confirmed ticket whose amount nobody knows."""
    return a_course(AWAITING, promised_amount=None, **changes)


def answered(heard: HandlingResult) -> tuple[bool, str | None]:
    """Whether the answer says that the ticket moved, and the code of a refusal."""
    assert heard.answer is not None
    return heard.answer.state_changed, heard.answer.code


def test_an_answer_says_where_the_ticket_stands_now() -> None:
    course = a_course()
    answer = hear(course, a_withdrawal(), NOW).answer
    assert answer is not None
    assert (answer.request_id, answer.number, answer.state) == ("req-1", NUMBER, State.WITHDRAWN)
    assert (answer.state_changed, answer.code) == (True, None)
    assert course.write_down().transitions[0].actor == "member"


def test_a_repeated_request_gets_its_first_answer() -> None:
    """Also when the state has changed meanwhile."""
    course = a_course()
    first = hear(course, a_resend(), NOW).answer
    hear(course, an_outcome("rejected"), NOW)
    before = course.ticket
    heard = hear(course, a_resend(), LATER)
    assert heard.answer == first
    assert first
    assert answer_for(first, a_resend()) == first
    assert (heard.quiet, heard.deliver) == (True, None)
    assert course.ticket == before


def test_a_refused_request_stays_refused_when_it_is_repeated() -> None:
    """A "no" is an answer too; who wants another one asks anew."""
    course = a_course(State.ON_HOLD)
    first = hear(course, a_decision(), NOW)
    hear(course, AttentionChanged(attention="mail_undeliverable"), NOW)
    assert answered(hear(course, a_decision(), NOW)) == answered(first)
    assert answered(first) == (False, "action_not_allowed")
    assert answered(hear(course, a_decision(request_id="req-2"), NOW)) == (True, None)


def test_answers_survive_the_tickets_own_json() -> None:
    course = a_course()
    first = hear(course, a_resend(), NOW).answer
    again = TicketAggregate(Ticket.model_validate_json(course.ticket.model_dump_json()))
    assert hear(again, a_resend(), LATER).answer == first


@pytest.mark.parametrize("state", [State.ON_HOLD, AWAITING])
@pytest.mark.parametrize("outcome", ["confirmed", "rejected"])
def test_an_agent_decides_there_only_while_the_ticket_asks_for_attention(
    state: State, outcome: str
) -> None:
    course = a_course(state)
    refused = hear(course, a_decision(outcome), NOW)
    assert answered(refused) == (False, "action_not_allowed")
    assert course.ticket.state is state
    hear(course, AttentionChanged(attention="mail_undeliverable"), NOW)
    taken = hear(course, a_decision(outcome, request_id="req-2"), NOW)
    assert answered(taken) == (True, None)
    assert course.ticket.state is (AWAITING if outcome == "confirmed" else State.REJECTED)


def test_an_agents_decision_carries_reason_note_and_name() -> None:
    course = a_course()
    hear(course, a_decision("rejected", reason_code="order_returned", note="they called"), NOW)
    move = course.write_down().transitions[0]
    assert (move.reason_code, move.note, move.actor) == (
        "order_returned",
        "they called",
        "agent-7",
    )


def test_an_agents_confirmation_starts_the_cancellation_period() -> None:
    """R33."""
    course = a_course()
    hear(course, a_decision(), NOW)
    ticket = course.ticket
    assert ticket.confirmed_amount is not None
    assert str(ticket.confirmed_amount.amount) == "40.00"
    assert ticket.cancellation_ends_at is not None
    assert ticket.due_at == ticket.cancellation_ends_at
    assert course.settlement_due(max(NOW, ticket.cancellation_ends_at))


@pytest.mark.parametrize("state", [State.SENT_TO_PARTNER, AWAITING])
def test_an_agent_cannot_confirm_in_another_currency(state: State) -> None:
    course = a_course(state, promised_amount=None)
    before = course.ticket
    euros = {"amount": "40.00", "currency": "EUR"}
    assert answered(hear(course, a_decision(reward=euros), NOW)) == (False, "wrong_currency")
    assert course.ticket.state is before.state
    assert course.ticket.confirmed_amount is None


def test_an_undecided_amount_waits_for_an_agent_who_names_one() -> None:
    """R21: more than the partner's maximum may be right, if two agents say so."""
    course = undecided()
    assert list(course.ticket.attention) == [Attention.AMOUNT_UNDECIDED]
    assert not course.settlement_due(NOW + timedelta(days=400))
    assert answered(hear(course, a_decision(), NOW)) == (False, "reward_required")
    much = {"amount": "800.00", "currency": "PLN"}
    assert answered(hear(course, a_decision(request_id="2", reward=much), NOW)) == (False, None)
    assert not course.settlement_due(NOW + timedelta(days=400))
    another = a_decision(request_id="3", reward=much, actor="agent-8")
    assert answered(hear(course, another, NOW)) == (True, None)
    assert list(course.ticket.attention) == []
    assert course.settlement_due(NOW)
    assert course.ticket.confirmed_amount is not None
    assert str(course.ticket.confirmed_amount.amount) == "800.00"


def test_an_agent_cannot_confirm_a_reward_of_nothing() -> None:
    """A reward of 0.00 is none: for a partner's outcome it is undecided, for an agent refused."""
    for course in (a_course(), undecided()):
        nothing = {"amount": "0.00", "currency": "PLN"}
        hear(course, a_decision(reward=nothing), NOW)
        assert course.ticket.confirmed_amount is None


def test_where_nobody_knows_the_end_an_agents_word_ends_the_period() -> None:
    """R32, R33."""
    course = a_course(AWAITING, a_partner(cancellation=FROM_ACTIVATION))
    assert list(course.ticket.attention) == [Attention.CANCELLATION_END_UNKNOWN]
    assert not course.settlement_due(NOW + timedelta(days=400))
    hear(course, a_decision(), NOW)
    assert list(course.ticket.attention) == []
    assert course.settlement_due(NOW)


def test_a_decision_while_waiting_keeps_the_end_that_is_known() -> None:
    """R33."""
    course = undecided(partner=a_partner(cancellation=FROM_ACTIVATION | {"starts_from": "order"}))
    ends_at = course.ticket.cancellation_ends_at
    hear(course, a_decision(reward=PLN_40), NOW)
    assert course.ticket.cancellation_ends_at == ends_at


def test_a_claim_never_acknowledged_keeps_its_first_key() -> None:
    """R25: whatever the partner got of it, it is the same claim."""
    course = a_course(State.VALIDATED)
    assert next_delivery(course) == "claim"
    assert [hear(course, a_resend(f"req-{n}"), NOW).deliver for n in range(3)] == ["claim"] * 3
    hear(course, Delivered(), NOW)
    purposes = [hear(course, a_resend(f"again-{n}"), NOW).deliver for n in range(3)]
    assert len({"claim", *purposes}) == 4
    assert None not in purposes


@pytest.mark.parametrize("state", State)
def test_a_resend_moves_nothing(state: State) -> None:
    course = a_course(state)
    before = course.ticket
    heard = hear(course, a_resend(), NOW)
    possible = state in (State.VALIDATED, State.SENT_TO_PARTNER)
    assert answered(heard) == (False, None if possible else "action_not_allowed")
    assert bool(heard.deliver) is possible
    assert (course.ticket.transitions, course.ticket.due_at) == (before.transitions, before.due_at)


def test_a_resend_clears_the_trouble_that_it_mends() -> None:
    course = a_course(State.VALIDATED)
    for attention in ("partner_contract_fault", "mail_undeliverable"):
        hear(course, AttentionChanged(attention=attention), NOW)
    hear(course, a_resend(), NOW)
    assert list(course.ticket.attention) == ["mail_undeliverable"]


def test_an_answer_nested_deeper_than_any_form_does_not_raise() -> None:
    """Nothing raises for what came from outside: it is malformed, or kept."""
    course = a_course(State.INFORMATION_REQUESTED)
    nested = b"[" * 400 + b"]" * 400
    raw = b'{"request_id": "req-1", "actor": "member", "answers": {"it": ' + nested + b"}}"
    reading = parse_message(InformationAnswer, parse_json(raw))
    message = reading.value or InvalidMessage(
        message="provide_information", problems=reading.problems
    )
    hear(course, message, NOW)
    assert course.write_down().messages


def test_a_request_that_is_no_longer_at_hand_is_asked_for_in_the_books() -> None:
    """The books keep every answer; a running ticket keeps so many, and knows that it forgot."""
    course = a_course()
    for turn in range(MAX_REMEMBERED_IDS):
        hear(course, a_resend(str(turn)), NOW)
        assert not course.may_have_forgotten(a_resend("never-heard"))
    hear(course, a_resend("one-more"), NOW)
    assert len(course.ticket.recent_results) == MAX_REMEMBERED_IDS
    asked = {name: course.may_have_forgotten(a_resend(name)) for name in ("0", "1", "one-more")}
    assert asked == {"0": True, "1": False, "one-more": False}
    assert course.may_have_forgotten(a_resend("never-heard"))
    again = TicketAggregate(Ticket.model_validate_json(course.ticket.model_dump_json()))
    assert again.may_have_forgotten(a_resend("0"))


def test_every_answer_goes_into_the_books_with_its_step() -> None:
    """Taken, refused, or given to what moves nothing; a repetition is not written again."""
    course = a_course()
    for message in (a_resend("1"), a_decision(request_id="2"), a_withdrawal(request_id="3")):
        hear(course, message, NOW)
        hear(course, message, LATER)
    answers = course.write_down().results
    assert [(a.request_id, a.state_changed, a.code) for a in answers] == [
        ("1", False, None),
        ("2", True, None),
        ("3", False, "action_not_allowed"),
    ]
    assert course.write_down().results == ()
    assert course.ticket.result_count == 3


@pytest.mark.parametrize("attention", [(), (Attention.PARTNER_SILENT,)])
@pytest.mark.parametrize("state", list(State))
def test_what_is_offered_is_what_is_taken(state: State, attention: tuple[Attention, ...]) -> None:
    offered = possible(state, attention)
    asked: dict[str, TicketCommand] = {
        "decide": a_decision(outcome="rejected", reason_code="other"),
        "withdraw": a_withdrawal(),
        "request_information": InformationRequest(
            request_id="req-9", actor="agent-7", questions=("order_number",)
        ),
        "resend_to_partner": a_resend(),
    }
    taken = set()
    for name, request in asked.items():
        course = a_course(state)
        course.change(attention=attention)
        if answered(hear(course, request, NOW))[1] is None:
            taken.add(name)
    assert taken == offered
