"""Results that only the database still has."""

from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.messages.commands import (
    InformationAnswer,
)
from domain.tickets.messages.internal import InvalidMessage
from domain.tickets.states import State
from domain.tickets.ticket import MAX_REMEMBERED_IDS, Ticket
from domain.values.json_text import parse_json
from domain.values.parsing import parse_message
from tests.support.builders import (
    NOW,
    a_decision,
    a_withdrawal,
    an_aggregate,
)
from tests.unit.domain.handlers.commands.undecided_tickets import LATER, a_resend


def test_an_answer_nested_deeper_than_any_form_does_not_raise() -> None:
    """No message from outside raises an error: it is malformed, or logged."""
    aggregate = an_aggregate(State.INFORMATION_REQUESTED)
    nested = b"[" * 400 + b"]" * 400
    raw = b'{"request_id": "req-1", "actor": "member", "answers": {"it": ' + nested + b"}}"
    parsed = parse_message(InformationAnswer, parse_json(raw))
    message = parsed.value or InvalidMessage(
        message="provide_information", problems=parsed.problems
    )
    handle_message(aggregate, message, NOW)
    assert aggregate.collect_changes().messages


def test_the_result_of_an_old_command_is_looked_up_in_the_database() -> None:
    """The database stores every result; a running ticket has only the latest, and knows that
    there are older ones.
    """
    aggregate = an_aggregate()
    for index in range(MAX_REMEMBERED_IDS):
        handle_message(aggregate, a_resend(str(index)), NOW)
        assert not aggregate.result_may_be_archived(a_resend("never-sent"))
    handle_message(aggregate, a_resend("one-more"), NOW)
    assert len(aggregate.ticket.recent_results) == MAX_REMEMBERED_IDS
    may_be_archived = {
        name: aggregate.result_may_be_archived(a_resend(name)) for name in ("0", "1", "one-more")
    }
    assert may_be_archived == {"0": True, "1": False, "one-more": False}
    assert aggregate.result_may_be_archived(a_resend("never-sent"))
    restored = TicketAggregate(Ticket.model_validate_json(aggregate.ticket.model_dump_json()))
    assert restored.result_may_be_archived(a_resend("0"))


def test_every_result_is_stored_with_its_step() -> None:
    """Accepted, refused, or without a transition; a repetition is not stored restored."""
    aggregate = an_aggregate()
    for message in (a_resend("1"), a_decision(request_id="2"), a_withdrawal(request_id="3")):
        handle_message(aggregate, message, NOW)
        handle_message(aggregate, message, LATER)
    results = aggregate.collect_changes().results
    assert [(result.request_id, result.state_changed, result.code) for result in results] == [
        ("1", False, None),
        ("2", True, None),
        ("3", False, "action_not_allowed"),
    ]
    assert aggregate.collect_changes().results == ()
    assert aggregate.ticket.result_count == 3
