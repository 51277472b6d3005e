"""Before an agent confirms, the facts are asked; what they say refuses the decision."""

import pytest

from domain.handlers.commands import would_confirm
from domain.handlers.message_handling import hear
from domain.tickets.lifecycle import State
from tests.support.builders import NOW, a_course, a_decision, a_withdrawal


@pytest.mark.parametrize("state", [State.SENT_TO_PARTNER, State.INFORMATION_REQUESTED])
def test_a_decision_to_pay_is_refused_by_what_the_facts_say_against_it(state: State) -> None:
    """R4, R5: nothing moves, and repeated it gets the same answer, whatever the facts say then."""
    course = a_course(state)
    before = course.ticket
    decision = a_decision("confirmed")
    assert would_confirm(course, decision)
    heard = hear(course, decision, NOW, against="reward_invalid")
    assert heard.answer
    assert (heard.answer.code, heard.answer.state_changed) == ("reward_invalid", False)
    assert (course.ticket.state, course.ticket.transitions) == (before.state, before.transitions)
    assert not would_confirm(course, decision)
    again = hear(course, decision, NOW)
    assert again.answer == heard.answer


def test_only_a_decision_to_pay_that_is_possible_asks_for_the_facts() -> None:
    assert not would_confirm(a_course(), a_decision("rejected"))
    assert not would_confirm(a_course(), a_withdrawal())
    assert not would_confirm(a_course(State.RESOLVED), a_decision("confirmed"))
    assert not would_confirm(a_course(State.ON_HOLD), a_decision("confirmed"))
