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
from tests.unit.domain.handlers.commands.undecided_tickets import LATER, a_resend, result_of


def test_a_result_names_the_current_state() -> None:
    aggregate = an_aggregate()
    result = handle_message(aggregate, a_withdrawal(), NOW).result
    assert result is not None
    assert (result.request_id, result.number, result.state) == ("req-1", NUMBER, State.WITHDRAWN)
    assert (result.state_changed, result.code) == (True, None)
    assert aggregate.collect_changes().transitions[0].actor == "member"


def test_a_repeated_command_gets_its_first_result() -> None:
    """Also if the state has changed meanwhile."""
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
    """A refusal is a result too; a new attempt needs a new id."""
    aggregate = an_aggregate(State.ON_HOLD)
    first = handle_message(aggregate, a_decision(), NOW)
    handle_message(aggregate, AttentionChanged(attention="mail_undeliverable"), NOW)
    assert result_of(handle_message(aggregate, a_decision(), NOW)) == result_of(first)
    assert result_of(first) == (False, "action_not_allowed")
    assert result_of(handle_message(aggregate, a_decision(request_id="req-2"), NOW)) == (True, None)


def test_results_survive_the_serialization_of_the_ticket() -> None:
    aggregate = an_aggregate()
    first = handle_message(aggregate, a_resend(), NOW).result
    restored = TicketAggregate(Ticket.model_validate_json(aggregate.ticket.model_dump_json()))
    assert handle_message(restored, a_resend(), LATER).result == first
