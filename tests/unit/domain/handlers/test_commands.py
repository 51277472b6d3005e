"""The updates of members and agents: one answer for each request, for ever."""

from datetime import timedelta
from typing import Any

import pytest

from domain.claims.parsing import parse_json, parse_message
from domain.handlers.commands.available import available_commands
from domain.handlers.commands.earlier_results import result_for_command
from domain.handlers.commands.execution import next_delivery_purpose
from domain.handlers.handling_result import HandlingResult
from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.aggregate.ticket_fields import replace
from domain.tickets.attention import Attention
from domain.tickets.messages.commands import (
    InformationAnswer,
    InformationRequest,
    Resend,
    TicketCommand,
)
from domain.tickets.messages.internal import AttentionChanged, Delivered, InvalidMessage
from domain.tickets.states import State
from domain.tickets.ticket import MAX_REMEMBERED_IDS, Ticket
from tests.support.builders import (
    NOW,
    NUMBER,
    PLN_40,
    a_decision,
    a_partner,
    a_withdrawal,
    an_aggregate,
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
    return an_aggregate(AWAITING, promised_amount=None, **changes)


def answered(heard: HandlingResult) -> tuple[bool, str | None]:
    """Whether the answer says that the ticket moved, and the code of a refusal."""
    assert heard.result is not None
    return heard.result.state_changed, heard.result.code


def test_an_answer_says_where_the_ticket_stands_now() -> None:
    aggregate = an_aggregate()
    answer = handle_message(aggregate, a_withdrawal(), NOW).result
    assert answer is not None
    assert (answer.request_id, answer.number, answer.state) == ("req-1", NUMBER, State.WITHDRAWN)
    assert (answer.state_changed, answer.code) == (True, None)
    assert aggregate.collect_changes().transitions[0].actor == "member"


def test_a_repeated_request_gets_its_first_answer() -> None:
    """Also when the state has changed meanwhile."""
    aggregate = an_aggregate()
    first = handle_message(aggregate, a_resend(), NOW).result
    handle_message(aggregate, an_outcome("rejected"), NOW)
    before = aggregate.ticket
    heard = handle_message(aggregate, a_resend(), LATER)
    assert heard.result == first
    assert first
    assert result_for_command(first, a_resend()) == first
    assert (heard.is_log_only, heard.delivery_purpose) == (True, None)
    assert aggregate.ticket == before


def test_a_refused_request_stays_refused_when_it_is_repeated() -> None:
    """A "no" is an answer too; who wants another one asks anew."""
    aggregate = an_aggregate(State.ON_HOLD)
    first = handle_message(aggregate, a_decision(), NOW)
    handle_message(aggregate, AttentionChanged(attention="mail_undeliverable"), NOW)
    assert answered(handle_message(aggregate, a_decision(), NOW)) == answered(first)
    assert answered(first) == (False, "action_not_allowed")
    assert answered(handle_message(aggregate, a_decision(request_id="req-2"), NOW)) == (True, None)


def test_answers_survive_the_tickets_own_json() -> None:
    aggregate = an_aggregate()
    first = handle_message(aggregate, a_resend(), NOW).result
    again = TicketAggregate(Ticket.model_validate_json(aggregate.ticket.model_dump_json()))
    assert handle_message(again, a_resend(), LATER).result == first


@pytest.mark.parametrize("state", [State.ON_HOLD, AWAITING])
@pytest.mark.parametrize("outcome", ["confirmed", "rejected"])
def test_an_agent_decides_there_only_while_the_ticket_asks_for_attention(
    state: State, outcome: str
) -> None:
    aggregate = an_aggregate(state)
    refused = handle_message(aggregate, a_decision(outcome), NOW)
    assert answered(refused) == (False, "action_not_allowed")
    assert aggregate.ticket.state is state
    handle_message(aggregate, AttentionChanged(attention="mail_undeliverable"), NOW)
    taken = handle_message(aggregate, a_decision(outcome, request_id="req-2"), NOW)
    assert answered(taken) == (True, None)
    assert aggregate.ticket.state is (AWAITING if outcome == "confirmed" else State.REJECTED)


def test_an_agents_decision_carries_reason_note_and_name() -> None:
    aggregate = an_aggregate()
    handle_message(
        aggregate, a_decision("rejected", reason_code="order_returned", note="they called"), NOW
    )
    move = aggregate.collect_changes().transitions[0]
    assert (move.reason_code, move.note, move.actor) == (
        "order_returned",
        "they called",
        "agent-7",
    )


def test_an_agents_confirmation_starts_the_cancellation_period() -> None:
    """R33."""
    aggregate = an_aggregate()
    handle_message(aggregate, a_decision(), NOW)
    ticket = aggregate.ticket
    assert ticket.confirmed_amount is not None
    assert str(ticket.confirmed_amount.amount) == "40.00"
    assert ticket.cancellation_ends_at is not None
    assert ticket.due_at == ticket.cancellation_ends_at
    assert aggregate.is_settlement_due(max(NOW, ticket.cancellation_ends_at))


@pytest.mark.parametrize("state", [State.SENT_TO_PARTNER, AWAITING])
def test_an_agent_cannot_confirm_in_another_currency(state: State) -> None:
    aggregate = an_aggregate(state, promised_amount=None)
    before = aggregate.ticket
    euros = {"amount": "40.00", "currency": "EUR"}
    assert answered(handle_message(aggregate, a_decision(reward=euros), NOW)) == (
        False,
        "wrong_currency",
    )
    assert aggregate.ticket.state is before.state
    assert aggregate.ticket.confirmed_amount is None


def test_an_undecided_amount_waits_for_an_agent_who_names_one() -> None:
    """R21: more than the partner's maximum may be right, if two agents say so."""
    aggregate = undecided()
    assert list(aggregate.ticket.attention) == [Attention.AMOUNT_UNDECIDED]
    assert not aggregate.is_settlement_due(NOW + timedelta(days=400))
    assert answered(handle_message(aggregate, a_decision(), NOW)) == (False, "reward_required")
    much = {"amount": "800.00", "currency": "PLN"}
    assert answered(handle_message(aggregate, a_decision(request_id="2", reward=much), NOW)) == (
        False,
        None,
    )
    assert not aggregate.is_settlement_due(NOW + timedelta(days=400))
    another = a_decision(request_id="3", reward=much, actor="agent-8")
    assert answered(handle_message(aggregate, another, NOW)) == (True, None)
    assert list(aggregate.ticket.attention) == []
    assert aggregate.is_settlement_due(NOW)
    assert aggregate.ticket.confirmed_amount is not None
    assert str(aggregate.ticket.confirmed_amount.amount) == "800.00"


def test_an_agent_cannot_confirm_a_reward_of_nothing() -> None:
    """A reward of 0.00 is none: for a partner's outcome it is undecided, for an agent refused."""
    for aggregate in (an_aggregate(), undecided()):
        nothing = {"amount": "0.00", "currency": "PLN"}
        handle_message(aggregate, a_decision(reward=nothing), NOW)
        assert aggregate.ticket.confirmed_amount is None


def test_where_nobody_knows_the_end_an_agents_word_ends_the_period() -> None:
    """R32, R33."""
    aggregate = an_aggregate(AWAITING, a_partner(cancellation=FROM_ACTIVATION))
    assert list(aggregate.ticket.attention) == [Attention.CANCELLATION_END_UNKNOWN]
    assert not aggregate.is_settlement_due(NOW + timedelta(days=400))
    handle_message(aggregate, a_decision(), NOW)
    assert list(aggregate.ticket.attention) == []
    assert aggregate.is_settlement_due(NOW)


def test_a_decision_while_waiting_keeps_the_end_that_is_known() -> None:
    """R33."""
    aggregate = undecided(
        partner=a_partner(cancellation=FROM_ACTIVATION | {"starts_from": "order"})
    )
    ends_at = aggregate.ticket.cancellation_ends_at
    handle_message(aggregate, a_decision(reward=PLN_40), NOW)
    assert aggregate.ticket.cancellation_ends_at == ends_at


def test_a_claim_never_acknowledged_keeps_its_first_key() -> None:
    """R25: whatever the partner got of it, it is the same claim."""
    aggregate = an_aggregate(State.VALIDATED)
    assert next_delivery_purpose(aggregate) == "claim"
    assert [
        handle_message(aggregate, a_resend(f"req-{n}"), NOW).delivery_purpose for n in range(3)
    ] == ["claim"] * 3
    handle_message(aggregate, Delivered(), NOW)
    purposes = [
        handle_message(aggregate, a_resend(f"again-{n}"), NOW).delivery_purpose for n in range(3)
    ]
    assert len({"claim", *purposes}) == 4
    assert None not in purposes


@pytest.mark.parametrize("state", State)
def test_a_resend_moves_nothing(state: State) -> None:
    aggregate = an_aggregate(state)
    before = aggregate.ticket
    heard = handle_message(aggregate, a_resend(), NOW)
    possible = state in (State.VALIDATED, State.SENT_TO_PARTNER)
    assert answered(heard) == (False, None if possible else "action_not_allowed")
    assert bool(heard.delivery_purpose) is possible
    assert (aggregate.ticket.transitions, aggregate.ticket.due_at) == (
        before.transitions,
        before.due_at,
    )


def test_a_resend_clears_the_trouble_that_it_mends() -> None:
    aggregate = an_aggregate(State.VALIDATED)
    for attention in ("partner_contract_fault", "mail_undeliverable"):
        handle_message(aggregate, AttentionChanged(attention=attention), NOW)
    handle_message(aggregate, a_resend(), NOW)
    assert list(aggregate.ticket.attention) == ["mail_undeliverable"]


def test_an_answer_nested_deeper_than_any_form_does_not_raise() -> None:
    """Nothing raises for what came from outside: it is malformed, or kept."""
    aggregate = an_aggregate(State.INFORMATION_REQUESTED)
    nested = b"[" * 400 + b"]" * 400
    raw = b'{"request_id": "req-1", "actor": "member", "answers": {"it": ' + nested + b"}}"
    reading = parse_message(InformationAnswer, parse_json(raw))
    message = reading.value or InvalidMessage(
        message="provide_information", problems=reading.problems
    )
    handle_message(aggregate, message, NOW)
    assert aggregate.collect_changes().messages


def test_a_request_that_is_no_longer_at_hand_is_asked_for_in_the_books() -> None:
    """The books keep every answer; a running ticket keeps so many, and knows that it forgot."""
    aggregate = an_aggregate()
    for turn in range(MAX_REMEMBERED_IDS):
        handle_message(aggregate, a_resend(str(turn)), NOW)
        assert not aggregate.result_may_be_archived(a_resend("never-heard"))
    handle_message(aggregate, a_resend("one-more"), NOW)
    assert len(aggregate.ticket.recent_results) == MAX_REMEMBERED_IDS
    asked = {
        name: aggregate.result_may_be_archived(a_resend(name)) for name in ("0", "1", "one-more")
    }
    assert asked == {"0": True, "1": False, "one-more": False}
    assert aggregate.result_may_be_archived(a_resend("never-heard"))
    again = TicketAggregate(Ticket.model_validate_json(aggregate.ticket.model_dump_json()))
    assert again.result_may_be_archived(a_resend("0"))


def test_every_answer_goes_into_the_books_with_its_step() -> None:
    """Taken, refused, or given to what moves nothing; a repetition is not written again."""
    aggregate = an_aggregate()
    for message in (a_resend("1"), a_decision(request_id="2"), a_withdrawal(request_id="3")):
        handle_message(aggregate, message, NOW)
        handle_message(aggregate, message, LATER)
    answers = aggregate.collect_changes().results
    assert [(a.request_id, a.state_changed, a.code) for a in answers] == [
        ("1", False, None),
        ("2", True, None),
        ("3", False, "action_not_allowed"),
    ]
    assert aggregate.collect_changes().results == ()
    assert aggregate.ticket.result_count == 3


@pytest.mark.parametrize("attention", [(), (Attention.PARTNER_SILENT,)])
@pytest.mark.parametrize("state", list(State))
def test_what_is_offered_is_what_is_taken(state: State, attention: tuple[Attention, ...]) -> None:
    offered = available_commands(state, attention)
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
        aggregate = an_aggregate(state)
        aggregate.ticket = replace(aggregate.ticket, attention=attention)
        if answered(handle_message(aggregate, request, NOW))[1] is None:
            taken.add(name)
    assert taken == offered
