"""Before an agent confirms, the facts are checked; an objection refuses the decision."""

import pytest

from domain.handlers.commands.earlier_results import needs_fact_check
from domain.handlers.message_handling import handle_message
from domain.tickets.states import State
from tests.support.builders import NOW, a_decision, a_withdrawal, an_aggregate


@pytest.mark.parametrize("state", [State.SENT_TO_PARTNER, State.INFORMATION_REQUESTED])
def test_a_confirmation_is_refused_with_the_objection_of_the_facts(state: State) -> None:
    """R4, R5: no transition; a repetition gets the same result, whatever the facts are by then."""
    aggregate = an_aggregate(state)
    before = aggregate.ticket
    decision = a_decision("confirmed")
    assert needs_fact_check(aggregate, decision)
    result = handle_message(aggregate, decision, NOW, objection="reward_invalid")
    assert result.result
    assert (result.result.code, result.result.state_changed) == ("reward_invalid", False)
    assert (aggregate.ticket.state, aggregate.ticket.transitions) == (
        before.state,
        before.transitions,
    )
    assert not needs_fact_check(aggregate, decision)
    repeated = handle_message(aggregate, decision, NOW)
    assert repeated.result == result.result


def test_only_a_possible_confirmation_needs_the_fact_check() -> None:
    assert not needs_fact_check(an_aggregate(), a_decision("rejected"))
    assert not needs_fact_check(an_aggregate(), a_withdrawal())
    assert not needs_fact_check(an_aggregate(State.RESOLVED), a_decision("confirmed"))
    assert not needs_fact_check(an_aggregate(State.ON_HOLD), a_decision("confirmed"))
