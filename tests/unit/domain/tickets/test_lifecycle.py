"""The map of a ticket's life, held against the table of product.md written out once more."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transitions import MachineError

from domain.errors import RequestRejected
from domain.tickets.lifecycle import Lifecycle
from domain.tickets.states import FINAL, Event, State
from domain.tickets.transition_table import TRANSITIONS

TABLE = """
claim_accepted            | created                 | validated
claim_discarded           | created                 | discarded
claim_held                | validated               | on_hold
hold_released             | on_hold                 | validated resolved rejected
claim_sent                | validated               | sent_to_partner
partner_confirmed         | WITH_PARTNER awaiting_cancellation_period | awaiting_cancellation_period
partner_rejected          | WITH_PARTNER            | rejected
information_requested     | sent_to_partner         | information_requested
information_provided      | information_requested   | sent_to_partner
information_not_provided  | information_requested   | sent_to_partner rejected
partner_silent            | validated               | validated DECIDED
partner_silent            | sent_to_partner         | sent_to_partner DECIDED
order_cancelled           | WITH_PARTNER awaiting_cancellation_period | rejected
cancellation_period_ended | awaiting_cancellation_period              | resolved rejected
reward_registered         | validated on_hold WITH_PARTNER awaiting_cancellation_period | resolved
withdrawn                 | validated on_hold WITH_PARTNER | withdrawn
decided                   | validated on_hold WITH_PARTNER awaiting_cancellation_period | DECIDED
""".replace("WITH_PARTNER", "sent_to_partner information_requested").replace(
    "DECIDED", "awaiting_cancellation_period rejected"
)

Arrow = tuple[Event, State, State]


def written_out() -> set[Arrow]:
    """Every arrow of the table above."""
    arrows = set()
    for row in TABLE.strip().splitlines():
        event, sources, targets = (cell.split() for cell in row.split("|"))
        arrows |= {(Event(event[0]), State(a), State(b)) for a, b in product(sources, targets)}
    return arrows


ALLOWED = written_out()
EVERY = set(product(Event, State, State))


def in_order(arrows: set[Arrow]) -> list[Arrow]:
    """A stable order for parametrised tests."""
    return sorted(arrows)


@pytest.mark.parametrize(("event", "source", "target"), in_order(ALLOWED))
def test_every_arrow_of_the_table_can_be_followed(
    event: Event, source: State, target: State
) -> None:
    life = Lifecycle(source)
    assert life.can_fire(event)
    assert life.can_fire(event, target)
    life.fire(event, target)
    assert life.current is target


def test_the_map_has_the_arrows_of_the_table_and_each_once() -> None:
    assert set(TRANSITIONS) == ALLOWED
    assert len(TRANSITIONS) == len(ALLOWED)


@pytest.mark.parametrize("source", State)
def test_every_pair_that_is_not_in_the_table_is_refused(source: State) -> None:
    """All states, events and targets: nothing moves, and only our own refusal is raised."""
    life = Lifecycle(source)
    for event, _, target in in_order({arrow for arrow in EVERY - ALLOWED if arrow[1] is source}):
        assert not life.can_fire(event, target)
        with pytest.raises(RequestRejected) as refused:
            life.fire(event, target)
        assert refused.value.code == "action_not_allowed"
        assert life.current is source


@pytest.mark.parametrize("source", State)
def test_asking_without_a_target_says_whether_the_event_leads_anywhere(source: State) -> None:
    life = Lifecycle(source)
    assert {e for e in Event if life.can_fire(e)} == {e for e, a, _ in ALLOWED if a is source}


def test_final_states_lead_nowhere() -> None:
    assert {State.RESOLVED, State.REJECTED, State.DISCARDED, State.WITHDRAWN} == FINAL
    assert {state for state in State if state.is_final} == FINAL
    assert {a for _, a, _ in TRANSITIONS} == set(State) - FINAL


def test_every_state_can_be_reached_and_every_event_leads_somewhere() -> None:
    assert {b for _, _, b in TRANSITIONS} == set(State) - {State.CREATED}
    assert {e for e, _, _ in TRANSITIONS} == set(Event)


def test_a_machine_has_no_shortcuts() -> None:
    """No auto transitions: no `to_<state>` that would lead past the map."""
    life = Lifecycle()
    assert [name for name in dir(life) if name.startswith(("to_", "may_to_"))] == []


def test_two_tickets_do_not_share_their_place() -> None:
    one, other = Lifecycle(), Lifecycle()
    one.fire(Event.CLAIM_ACCEPTED, State.VALIDATED)
    assert other.current is State.CREATED


@given(st.lists(st.tuples(st.sampled_from(Event), st.sampled_from(State)), max_size=30))
def test_the_machines_own_error_never_leaves(steps: list[tuple[Event, State]]) -> None:
    life = Lifecycle()
    for event, target in steps:
        before = life.current
        try:
            life.fire(event, target)
        except RequestRejected:
            assert (event, before, target) not in ALLOWED
            assert life.current is before
        except MachineError:  # pragma: no cover
            pytest.fail("a MachineError would fail the workflow task for ever")
        else:
            assert (event, before, life.current) in ALLOWED
