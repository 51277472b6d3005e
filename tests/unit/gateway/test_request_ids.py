"""The id of a request belongs to one content and one caller."""

import pytest

from domain.handlers.commands.earlier_results import result_for_command
from domain.handlers.message_handling import handle_message
from domain.tickets.messages.commands import Decision, Resend, TicketCommand
from domain.tickets.states import State
from domain.values.parsing import parse_message
from tests.support.builders import NOW, a_decision, a_withdrawal, an_aggregate, an_inquiry
from tests.unit.domain.handlers.commands.undecided_tickets import LATER, a_resend, result_of

SAID = "it was seen by two of us"
OTHERS = [
    a_decision(),
    a_withdrawal(actor="agent-7"),
    an_inquiry(),
    Resend(request_id="req-1", actor="agent-7", reason=SAID),
    Resend(request_id="req-1", actor="agent-7"),
    Resend(request_id="req-1", actor="agent-8", caller="agent-7", reason="they lost it"),
]


@pytest.mark.parametrize("other", OTHERS, ids=repr)
def test_something_else_under_the_id_of_a_request_is_refused_and_does_nothing(
    other: TicketCommand,
) -> None:
    aggregate = an_aggregate()
    handle_message(aggregate, a_resend(), NOW)
    aggregate.collect_changes()
    before = aggregate.ticket
    heard = handle_message(aggregate, other, LATER)
    assert heard.result
    assert (heard.is_log_only, heard.delivery_purpose, aggregate.ticket) == (True, None, before)
    repeated = result_for_command(heard.result, other)
    assert (repeated.code, repeated.state_changed, repeated.problems) == ("key_reused", False, {})
    assert result_for_command(heard.result, a_resend()).code is None, "the first keeps its answer"


@pytest.mark.parametrize(
    "other",
    [
        a_withdrawal(actor="agent-8"),
        a_withdrawal(actor="agent-7", caller="platform:shop"),
        a_withdrawal(),
    ],
    ids=repr,
)
def test_an_id_is_its_callers_own(other: TicketCommand) -> None:
    """Nobody is blocked by another caller's ids, or learns them."""
    aggregate = an_aggregate()
    handle_message(aggregate, a_resend(), NOW)
    assert result_of(handle_message(aggregate, other, LATER)) == (True, None)
    assert aggregate.ticket.state is State.WITHDRAWN


def test_what_is_null_or_unknown_makes_no_other_request_of_it() -> None:
    payload = {"request_id": "r", "actor": "agent-7", "outcome": "confirmed", "note": "seen it"}
    more = payload | {"reason_code": None, "reward": None, "colour": "red"}
    known, again = (parse_message(Decision, one).value for one in (payload, more))
    assert known
    assert again
    assert known.digest == again.digest
