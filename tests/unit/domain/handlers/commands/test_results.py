"""Each command gets one result."""

from domain.handlers.commands.earlier_results import result_for_command
from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.messages.internal import AttentionChanged
from domain.tickets.states import State
from domain.tickets.ticket import Ticket
from tests.support.builders import (
    NOW,
    NUMBER,
    a_decision,
    a_withdrawal,
    an_aggregate,
    an_outcome,
)
from tests.unit.domain.handlers.commands.undecided_tickets import LATER, a_resend, answered


def test_a_result_names_the_current_state() -> None:
    aggregate = an_aggregate()
    answer = handle_message(aggregate, a_withdrawal(), NOW).result
    assert answer is not None
    assert (answer.request_id, answer.number, answer.state) == ("req-1", NUMBER, State.WITHDRAWN)
    assert (answer.state_changed, answer.code) == (True, None)
    assert aggregate.collect_changes().transitions[0].actor == "member"


def test_a_repeated_command_gets_its_first_result() -> None:
    """Also when the state has changed meanwhile."""
    aggregate = an_aggregate()
    first = handle_message(aggregate, a_resend(), NOW).result
    handle_message(aggregate, an_outcome("rejected"), NOW)
    before = aggregate.ticket
    result = handle_message(aggregate, a_resend(), LATER)
    assert result.result == first
    assert first
    assert result_for_command(first, a_resend()) == first
    assert (result.is_log_only, result.delivery_purpose) == (True, None)
    assert aggregate.ticket == before


def test_a_refused_request_stays_refused_when_it_is_repeated() -> None:
    """A refusal is a result too; another attempt needs another id."""
    aggregate = an_aggregate(State.ON_HOLD)
    first = handle_message(aggregate, a_decision(), NOW)
    handle_message(aggregate, AttentionChanged(attention="mail_undeliverable"), NOW)
    assert answered(handle_message(aggregate, a_decision(), NOW)) == answered(first)
    assert answered(first) == (False, "action_not_allowed")
    assert answered(handle_message(aggregate, a_decision(request_id="req-2"), NOW)) == (True, None)


def test_results_survive_the_tickets_own_json() -> None:
    aggregate = an_aggregate()
    first = handle_message(aggregate, a_resend(), NOW).result
    again = TicketAggregate(Ticket.model_validate_json(aggregate.ticket.model_dump_json()))
    assert handle_message(again, a_resend(), LATER).result == first
