"""The life of a ticket: every arrow on one page (product.md, "The life of a ticket").

The only file that knows `transitions`. The map says what is possible; which of several targets an
event takes is decided in `aggregate.py`, and nothing here does anything.
"""

import logging

from transitions import EventData, Machine

from domain.codes import RefusalCode
from domain.errors import RequestRejected
from domain.tickets.states import Event, State
from domain.tickets.transition_table import TRANSITIONS

# Replay would repeat its INFO lines for every move of every ticket.
logging.getLogger("transitions").setLevel(logging.WARNING)


def _targets_requested_state(event: EventData) -> bool:
    return bool(event.transition and event.transition.dest == event.kwargs["to"])


class Lifecycle:
    """One ticket's place on the map."""

    state: str

    def __init__(self, state: State = State.CREATED) -> None:
        """Stand at `state`."""
        self._machine = Machine(
            model=self,
            states=[state.value for state in State],
            initial=state.value,
            auto_transitions=False,
            send_event=True,
            transitions=[
                {"trigger": f"take_{e.value}", "source": a.value, "dest": b.value,
                 "conditions": [_targets_requested_state]}
                for e, a, b in TRANSITIONS
            ],
        )  # fmt: skip

    @property
    def current(self) -> State:
        """The state this ticket is in."""
        return State(self.state)

    def can_fire(self, event: Event, to: State | None = None) -> bool:
        """Say whether `event` leads from here (to `to`, when given)."""
        targets = [to] if to else list(State)
        return any(self._ask(event, target) for target in targets)

    def fire(self, event: Event, to: State) -> None:
        """Follow the arrow of `event` to `to`; `RequestRejected("action_not_allowed")` if there is
        none.
        """
        if not self._ask(event, to):
            raise RequestRejected(
                RefusalCode.ACTION_NOT_ALLOWED,
                None,
                f"{event} does not lead from {self.current} to {to}",
            )
        self.trigger(f"take_{event.value}", to=to.value)  # type: ignore[attr-defined]

    def _ask(self, event: Event, to: State) -> bool:
        return bool(self.may_trigger(f"take_{event.value}", to=to.value))  # type: ignore[attr-defined]
