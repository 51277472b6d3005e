"""The state machine over the table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transitions import MachineError

from domain.errors import RequestRejected
from domain.tickets.lifecycle import Lifecycle
from domain.tickets.states import FINAL, Event, State
from domain.tickets.transition_table import TRANSITIONS
from tests.unit.domain.tickets.lifecycle.documented_table import ALLOWED


def test_final_states_have_no_transitions() -> None:
    assert {State.RESOLVED, State.REJECTED, State.DISCARDED, State.WITHDRAWN} == FINAL
    assert {state for state in State if state.is_final} == FINAL
    assert {source for _, source, _ in TRANSITIONS} == set(State) - FINAL


def test_every_state_can_be_reached_and_every_event_has_a_transition() -> None:
    assert {target for _, _, target in TRANSITIONS} == set(State) - {State.CREATED}
    assert {event for event, _, _ in TRANSITIONS} == set(Event)


def test_a_machine_has_no_shortcuts() -> None:
    """No auto transitions: no `to_<state>` beside the transition table."""
    lifecycle = Lifecycle()
    assert [name for name in dir(lifecycle) if name.startswith(("to_", "may_to_"))] == []


def test_two_tickets_do_not_share_their_state() -> None:
    one, other = Lifecycle(), Lifecycle()
    one.fire(Event.CLAIM_ACCEPTED, State.VALIDATED)
    assert other.current is State.CREATED


@given(st.lists(st.tuples(st.sampled_from(Event), st.sampled_from(State)), max_size=30))
def test_the_error_of_the_library_is_never_raised(steps: list[tuple[Event, State]]) -> None:
    lifecycle = Lifecycle()
    for event, target in steps:
        before = lifecycle.current
        try:
            lifecycle.fire(event, target)
        except RequestRejected:
            assert (event, before, target) not in ALLOWED
            assert lifecycle.current is before
        except MachineError:  # pragma: no cover
            pytest.fail("a MachineError would fail the workflow task permanently")
        else:
            assert (event, before, lifecycle.current) in ALLOWED
