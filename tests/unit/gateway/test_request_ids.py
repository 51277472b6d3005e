"""The id of a request stands for one content, and is its caller's own."""

import pytest

from domain.claims.parsing import parse_message
from domain.handlers.commands import answer_for
from domain.handlers.message_handling import hear
from domain.tickets.lifecycle import State
from domain.tickets.messages import Decision, Resend, TicketCommand
from tests.support.builders import NOW, a_course, a_decision, a_withdrawal, an_inquiry
from tests.unit.domain.handlers.test_commands import LATER, a_resend, answered

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
    course = a_course()
    hear(course, a_resend(), NOW)
    course.write_down()
    before = course.ticket
    heard = hear(course, other, LATER)
    assert heard.answer
    assert (heard.quiet, heard.deliver, course.ticket) == (True, None, before)
    told = answer_for(heard.answer, other)
    assert (told.code, told.state_changed, told.problems) == ("key_reused", False, {})
    assert answer_for(heard.answer, a_resend()).code is None, "the first keeps its answer"


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
    """Nobody is kept from acting by the ids of others, or learns which there are."""
    course = a_course()
    hear(course, a_resend(), NOW)
    assert answered(hear(course, other, LATER)) == (True, None)
    assert course.ticket.state is State.WITHDRAWN


def test_what_is_null_or_unknown_makes_no_other_request_of_it() -> None:
    told = {"request_id": "r", "actor": "agent-7", "outcome": "confirmed", "note": "seen it"}
    more = told | {"reason_code": None, "reward": None, "colour": "red"}
    known, again = (parse_message(Decision, one).value for one in (told, more))
    assert known
    assert again
    assert known.digest == again.digest
