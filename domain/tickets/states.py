"""The states of a ticket, and the events that lead from one to another."""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """The state of a ticket."""

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
        """Return whether a ticket in this state is closed."""
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
