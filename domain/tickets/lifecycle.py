"""The life of a ticket: every arrow on one page (product.md, "The life of a ticket").

The only file that knows `transitions`. The map says what is possible; which of several targets an
event takes is decided in `aggregate.py`, and nothing here does anything.
"""

import logging
from enum import StrEnum
from typing import Final

from transitions import EventData, Machine

from domain.codes import RefusalCode
from domain.errors import RequestRejected

# Replay would repeat its INFO lines for every move of every ticket.
logging.getLogger("transitions").setLevel(logging.WARNING)


class State(StrEnum):
    """Where a ticket stands."""

    CREATED = "created"
    VALIDATED = "validated"
    ON_HOLD = "on_hold"
    SENT_TO_PARTNER = "sent_to_partner"
    INFORMATION_REQUESTED = "information_requested"
    AWAITING_CANCELLATION_PERIOD = "awaiting_cancellation_period"
    RESOLVED = "resolved"
    REJECTED = "rejected"
    DISCARDED = "discarded"
    WITHDRAWN = "withdrawn"

    @property
    def is_final(self) -> bool:
        """Say whether a ticket in this state has ended."""
        return self in FINAL


FINAL: Final = frozenset({State.RESOLVED, State.REJECTED, State.DISCARDED, State.WITHDRAWN})


class Event(StrEnum):
    """What happened to a ticket."""

    CLAIM_ACCEPTED = "claim_accepted"
    CLAIM_DISCARDED = "claim_discarded"
    CLAIM_HELD = "claim_held"
    HOLD_RELEASED = "hold_released"
    CLAIM_SENT = "claim_sent"
    PARTNER_CONFIRMED = "partner_confirmed"
    PARTNER_REJECTED = "partner_rejected"
    INFORMATION_REQUESTED = "information_requested"
    INFORMATION_PROVIDED = "information_provided"
    INFORMATION_NOT_PROVIDED = "information_not_provided"
    PARTNER_SILENT = "partner_silent"
    ORDER_CANCELLED = "order_cancelled"
    CANCELLATION_PERIOD_ENDED = "cancellation_period_ended"
    REWARD_REGISTERED = "reward_registered"
    WITHDRAWN = "withdrawn"
    DECIDED = "decided"


TRANSITIONS: Final[list[tuple[Event, State, State]]] = [
    (Event.CLAIM_ACCEPTED, State.CREATED, State.VALIDATED),
    (Event.CLAIM_DISCARDED, State.CREATED, State.DISCARDED),
    (Event.CLAIM_HELD, State.VALIDATED, State.ON_HOLD),
    (Event.HOLD_RELEASED, State.ON_HOLD, State.VALIDATED),
    (Event.HOLD_RELEASED, State.ON_HOLD, State.RESOLVED),
    (Event.HOLD_RELEASED, State.ON_HOLD, State.REJECTED),
    (Event.CLAIM_SENT, State.VALIDATED, State.SENT_TO_PARTNER),
    (Event.PARTNER_CONFIRMED, State.SENT_TO_PARTNER, State.AWAITING_CANCELLATION_PERIOD),
    (Event.PARTNER_CONFIRMED, State.INFORMATION_REQUESTED, State.AWAITING_CANCELLATION_PERIOD),
    # The partner changes the amount or the dates while the cancellation period lasts.
    (
        Event.PARTNER_CONFIRMED,
        State.AWAITING_CANCELLATION_PERIOD,
        State.AWAITING_CANCELLATION_PERIOD,
    ),
    (Event.PARTNER_REJECTED, State.SENT_TO_PARTNER, State.REJECTED),
    (Event.PARTNER_REJECTED, State.INFORMATION_REQUESTED, State.REJECTED),
    (Event.INFORMATION_REQUESTED, State.SENT_TO_PARTNER, State.INFORMATION_REQUESTED),
    (Event.INFORMATION_PROVIDED, State.INFORMATION_REQUESTED, State.SENT_TO_PARTNER),
    (Event.INFORMATION_NOT_PROVIDED, State.INFORMATION_REQUESTED, State.SENT_TO_PARTNER),
    (Event.INFORMATION_NOT_PROVIDED, State.INFORMATION_REQUESTED, State.REJECTED),
    (Event.PARTNER_SILENT, State.VALIDATED, State.VALIDATED),
    (Event.PARTNER_SILENT, State.VALIDATED, State.AWAITING_CANCELLATION_PERIOD),
    (Event.PARTNER_SILENT, State.VALIDATED, State.REJECTED),
    (Event.PARTNER_SILENT, State.SENT_TO_PARTNER, State.SENT_TO_PARTNER),
    (Event.PARTNER_SILENT, State.SENT_TO_PARTNER, State.AWAITING_CANCELLATION_PERIOD),
    (Event.PARTNER_SILENT, State.SENT_TO_PARTNER, State.REJECTED),
    (Event.ORDER_CANCELLED, State.SENT_TO_PARTNER, State.REJECTED),
    (Event.ORDER_CANCELLED, State.INFORMATION_REQUESTED, State.REJECTED),
    (Event.ORDER_CANCELLED, State.AWAITING_CANCELLATION_PERIOD, State.REJECTED),
    (Event.CANCELLATION_PERIOD_ENDED, State.AWAITING_CANCELLATION_PERIOD, State.RESOLVED),
    # By the facts of then: rewarded to somebody else meanwhile, or not to be rewarded at all
    # (docs/decisions/0005, 0042).
    (Event.CANCELLATION_PERIOD_ENDED, State.AWAITING_CANCELLATION_PERIOD, State.REJECTED),
    (Event.REWARD_REGISTERED, State.VALIDATED, State.RESOLVED),
    (Event.REWARD_REGISTERED, State.ON_HOLD, State.RESOLVED),
    (Event.REWARD_REGISTERED, State.SENT_TO_PARTNER, State.RESOLVED),
    (Event.REWARD_REGISTERED, State.INFORMATION_REQUESTED, State.RESOLVED),
    (Event.REWARD_REGISTERED, State.AWAITING_CANCELLATION_PERIOD, State.RESOLVED),
    (Event.WITHDRAWN, State.VALIDATED, State.WITHDRAWN),
    (Event.WITHDRAWN, State.ON_HOLD, State.WITHDRAWN),
    (Event.WITHDRAWN, State.SENT_TO_PARTNER, State.WITHDRAWN),
    (Event.WITHDRAWN, State.INFORMATION_REQUESTED, State.WITHDRAWN),
    (Event.DECIDED, State.VALIDATED, State.AWAITING_CANCELLATION_PERIOD),
    (Event.DECIDED, State.VALIDATED, State.REJECTED),
    (Event.DECIDED, State.SENT_TO_PARTNER, State.AWAITING_CANCELLATION_PERIOD),
    (Event.DECIDED, State.SENT_TO_PARTNER, State.REJECTED),
    (Event.DECIDED, State.INFORMATION_REQUESTED, State.AWAITING_CANCELLATION_PERIOD),
    (Event.DECIDED, State.INFORMATION_REQUESTED, State.REJECTED),
    # Only while the ticket asks for attention; `requests.py` looks.
    (Event.DECIDED, State.ON_HOLD, State.AWAITING_CANCELLATION_PERIOD),
    (Event.DECIDED, State.ON_HOLD, State.REJECTED),
    (Event.DECIDED, State.AWAITING_CANCELLATION_PERIOD, State.AWAITING_CANCELLATION_PERIOD),
    (Event.DECIDED, State.AWAITING_CANCELLATION_PERIOD, State.REJECTED),
]


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
