"""The id of a request belongs to one content and one caller."""

import pytest

from domain.handlers.commands.earlier_results import result_for_command
from domain.handlers.message_handling import handle_message
from domain.tickets.messages.commands import Decision, Resend, TicketCommand
from domain.tickets.states import State
from domain.values.parsing import parse_message
from tests.support.builders import NOW, a_decision, a_withdrawal, an_aggregate, an_inquiry
from tests.unit.domain.handlers.commands.undecided_tickets import LATER, a_resend, result_of

REASON = "it was seen by two of us"
OTHERS = [
    a_decision(),
    a_withdrawal(actor="agent-7"),
    an_inquiry(),
    Resend(request_id="req-1", actor="agent-7", reason=REASON),
    Resend(request_id="req-1", actor="agent-7"),
    Resend(request_id="req-1", actor="agent-8", caller="agent-7", reason="they lost it"),
]


@pytest.mark.parametrize("other", OTHERS, ids=repr)
def test_another_command_under_a_used_request_id_is_refused_and_changes_nothing(
    other: TicketCommand,
) -> None:
    aggregate = an_aggregate()
    handle_message(aggregate, a_resend(), NOW)
    aggregate.collect_changes()
    before = aggregate.ticket
    handled = handle_message(aggregate, other, LATER)
    assert handled.result
    assert (handled.is_log_only, handled.delivery_purpose, aggregate.ticket) == (True, None, before)
    repeated = result_for_command(handled.result, other)
    assert (repeated.code, repeated.state_changed, repeated.problems) == ("key_reused", False, {})
    assert result_for_command(handled.result, a_resend()).code is None, (
        "the first command keeps its result"
    )


@pytest.mark.parametrize(
    "other",
    [
        a_withdrawal(actor="agent-8"),
        a_withdrawal(actor="agent-7", caller="platform:shop"),
        a_withdrawal(),
    ],
    ids=repr,
)
def test_request_ids_of_different_callers_are_independent(other: TicketCommand) -> None:
    """Nobody is blocked by another caller's ids, or learns them."""
    aggregate = an_aggregate()
    handle_message(aggregate, a_resend(), NOW)
    assert result_of(handle_message(aggregate, other, LATER)) == (True, None)
    assert aggregate.ticket.state is State.WITHDRAWN


def test_null_and_unknown_fields_do_not_change_a_request() -> None:
    payload = {"request_id": "r", "actor": "agent-7", "outcome": "confirmed", "note": "seen it"}
    more = payload | {"reason_code": None, "reward": None, "colour": "red"}
    known, again = (parse_message(Decision, one).value for one in (payload, more))
    assert known
    assert again
    assert known.digest == again.digest
