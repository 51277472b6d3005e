"""The state machine of a ticket (docs/requirements.md, "Lifecycle").

The only module that imports `transitions`. It knows what is possible; `domain/handlers/` decides
which of several targets an event has.
"""

import logging

from transitions import EventData, Machine

from domain.codes import RefusalCode
from domain.errors import RequestRejected
from domain.tickets.states import Event, State
from domain.tickets.transition_table import TRANSITIONS

# A replay would repeat its INFO lines for every transition of every ticket.
logging.getLogger("transitions").setLevel(logging.WARNING)


def _targets_requested_state(event: EventData) -> bool:
    return bool(event.transition and event.transition.dest == event.kwargs["to"])


class Lifecycle:
    """The current state of one ticket."""

    state: str

    def __init__(self, state: State = State.CREATED) -> None:
        """Start in `state`."""
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
        """The current state."""
        return State(self.state)

    def can_fire(self, event: Event, to: State | None = None) -> bool:
        """Say whether `event` leads from the current state (to `to`, if given)."""
        targets = [to] if to else list(State)
        return any(self._is_allowed(event, target) for target in targets)

    def fire(self, event: Event, to: State) -> None:
        """Make the transition; raises `RequestRejected("action_not_allowed")` if there is none."""
        if not self._is_allowed(event, to):
            raise RequestRejected(
                RefusalCode.ACTION_NOT_ALLOWED,
                None,
                f"{event} does not lead from {self.current} to {to}",
            )
        self.trigger(f"take_{event.value}", to=to.value)  # type: ignore[attr-defined]

    def _is_allowed(self, event: Event, to: State) -> bool:
        return bool(self.may_trigger(f"take_{event.value}", to=to.value))  # type: ignore[attr-defined]
