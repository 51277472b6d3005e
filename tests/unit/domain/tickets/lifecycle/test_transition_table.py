"""The transition table has exactly the transitions of the requirements."""

from itertools import product

import pytest

from domain.errors import RequestRejected
from domain.tickets.lifecycle import Lifecycle
from domain.tickets.states import Event, State
from domain.tickets.transition_table import TRANSITIONS
from tests.unit.domain.tickets.lifecycle.documented_table import ALLOWED, TableRow

COMBINATIONS = set(product(Event, State, State))


def in_order(rows: set[TableRow]) -> list[TableRow]:
    """A stable order for parametrised tests."""
    return sorted(rows)


@pytest.mark.parametrize(("event", "source", "target"), in_order(ALLOWED))
def test_every_transition_of_the_table_can_be_made(
    event: Event, source: State, target: State
) -> None:
    lifecycle = Lifecycle(source)
    assert lifecycle.can_fire(event)
    assert lifecycle.can_fire(event, target)
    lifecycle.fire(event, target)
    assert lifecycle.current is target


def test_the_transition_table_is_that_of_the_requirements() -> None:
    assert set(TRANSITIONS) == ALLOWED
    assert len(TRANSITIONS) == len(ALLOWED)


@pytest.mark.parametrize("source", State)
def test_every_combination_that_is_not_in_the_table_is_refused(source: State) -> None:
    """All combinations of states, events and targets."""
    lifecycle = Lifecycle(source)
    for event, _, target in in_order({row for row in COMBINATIONS - ALLOWED if row[1] is source}):
        assert not lifecycle.can_fire(event, target)
        with pytest.raises(RequestRejected) as refused:
            lifecycle.fire(event, target)
        assert refused.value.code == "action_not_allowed"
        assert lifecycle.current is source


@pytest.mark.parametrize("source", State)
def test_without_a_target_can_fire_is_true_if_the_event_has_any_transition(source: State) -> None:
    lifecycle = Lifecycle(source)
    assert {event for event in Event if lifecycle.can_fire(event)} == {
        event for event, allowed_source, _ in ALLOWED if allowed_source is source
    }
