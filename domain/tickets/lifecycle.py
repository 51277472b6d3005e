"""The state machine of a ticket (docs/requirements.md, "Lifecycle").

The only module that imports `transitions`. It knows what is possible; `domain/handlers/` decides
which of several targets an event has.
"""

import logging
from typing import Final

from transitions import EventData, Machine

from domain.codes import RefusalCode
from domain.errors import RequestRejected
from domain.tickets.states import Event, State
from domain.tickets.transition_table import TRANSITIONS

# A replay would repeat its INFO lines for every transition of every ticket.
logging.getLogger("transitions").setLevel(logging.WARNING)


def _targets_requested_state(event: EventData) -> bool:
    return bool(event.transition and event.transition.dest == event.kwargs["to"])


_MACHINE: Final = Machine(
    model=None,
    states=[state.value for state in State],
    initial=State.CREATED.value,
    auto_transitions=False,
    send_event=True,
    transitions=[
        {"trigger": event.value, "source": source.value, "dest": target.value,
         "conditions": [_targets_requested_state]}
        for event, source, target in TRANSITIONS
    ],
)  # fmt: skip
"""One machine for all tickets: it has the table, each `Lifecycle` its own state.

No ticket is registered as its model: the machine would keep it as long as the process lives.
"""


class Lifecycle:
    """The current state of one ticket."""

    state: str
    """Set by the machine."""

    def __init__(self, state: State = State.CREATED) -> None:
        """Start in `state`."""
        self.state = state.value

    @property
    def current(self) -> State:
        """The current state."""
        return State(self.state)

    def can_fire(self, event: Event, to: State | None = None) -> bool:
        """Return whether `event` leads from the current state (to `to`, if given)."""
        transitions = _MACHINE.events[event.value].transitions.get(self.state, ())
        return any(to is None or transition.dest == to.value for transition in transitions)

    def fire(self, event: Event, to: State) -> None:
        """Make the transition; raises `RequestRejected("action_not_allowed")` if there is none."""
        if not self.can_fire(event, to):
            raise RequestRejected(
                RefusalCode.ACTION_NOT_ALLOWED,
                None,
                f"{event} does not lead from {self.current} to {to}",
            )
        _MACHINE.events[event.value].trigger(self, to=to.value)
