"""The transition table has exactly the transitions of the requirements."""

from itertools import product

import pytest

from domain.errors import RequestRejected
from domain.tickets.lifecycle import Lifecycle
from domain.tickets.states import Event, State
from domain.tickets.transition_table import TRANSITIONS
from tests.unit.domain.tickets.lifecycle.written_table import ALLOWED, TableRow

EVERY = set(product(Event, State, State))


def in_order(rows: set[TableRow]) -> list[TableRow]:
    """A stable order for parametrised tests."""
    return sorted(rows)


@pytest.mark.parametrize(("event", "source", "target"), in_order(ALLOWED))
def test_every_transition_of_the_table_can_be_made(
    event: Event, source: State, target: State
) -> None:
    life = Lifecycle(source)
    assert life.can_fire(event)
    assert life.can_fire(event, target)
    life.fire(event, target)
    assert life.current is target


def test_the_transition_table_is_that_of_the_requirements() -> None:
    assert set(TRANSITIONS) == ALLOWED
    assert len(TRANSITIONS) == len(ALLOWED)


@pytest.mark.parametrize("source", State)
def test_every_pair_that_is_not_in_the_table_is_refused(source: State) -> None:
    """All states, events and targets: no transition, and only our own error is raised."""
    life = Lifecycle(source)
    for event, _, target in in_order({row for row in EVERY - ALLOWED if row[1] is source}):
        assert not life.can_fire(event, target)
        with pytest.raises(RequestRejected) as refused:
            life.fire(event, target)
        assert refused.value.code == "action_not_allowed"
        assert life.current is source


@pytest.mark.parametrize("source", State)
def test_asking_without_a_target_says_whether_the_event_leads_anywhere(source: State) -> None:
    life = Lifecycle(source)
    assert {e for e in Event if life.can_fire(e)} == {e for e, a, _ in ALLOWED if a is source}
