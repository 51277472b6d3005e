"""Which commands of agents a ticket accepts."""

from collections.abc import Collection
from typing import Final

from domain.tickets.lifecycle import Lifecycle
from domain.tickets.states import Event, State

_WAITING: Final = (State.ON_HOLD, State.AWAITING_CANCELLATION_PERIOD)
_DELIVERING: Final = (State.VALIDATED, State.SENT_TO_PARTNER)


def available_commands(state: State, attention: Collection[str]) -> frozenset[str]:
    """Return the updates of agents that a ticket accepts in `state`, with these attention flags.

    While a ticket waits by itself, a decision needs an attention flag (docs/requirements.md,
    "Decisions by agents").
    """
    lifecycle = Lifecycle(state)
    decidable = bool(attention or state not in _WAITING)
    accepted = {
        "decide": lifecycle.can_fire(Event.DECIDED) and decidable,
        "withdraw": lifecycle.can_fire(Event.WITHDRAWN),
        "request_information": lifecycle.can_fire(Event.INFORMATION_REQUESTED),
        "resend_to_partner": state in _DELIVERING,
    }
    return frozenset(name for name, is_accepted in accepted.items() if is_accepted)
