"""The transitions that follow from a settlement and from the release of a hold."""

from typing import Final, NamedTuple

from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.settlement import HoldReleaseResult, SettlementResult
from domain.tickets.states import Event, State


class DecidedTransition(NamedTuple):
    """A transition, with its reason if the ticket is rejected."""

    event: Event
    to: State
    reason: RejectionReason | None = None


_ENDED: Final = Event.CANCELLATION_PERIOD_ENDED
_RELEASED: Final = Event.HOLD_RELEASED

SETTLEMENT_TRANSITIONS: Final = {
    SettlementResult.GRANTED: DecidedTransition(_ENDED, State.RESOLVED),
    SettlementResult.REWARD_REGISTERED: DecidedTransition(Event.REWARD_REGISTERED, State.RESOLVED),
    SettlementResult.ALREADY_REWARDED: DecidedTransition(
        _ENDED, State.REJECTED, RejectionReason.ALREADY_REWARDED
    ),
    SettlementResult.TERMS_NOT_MET: DecidedTransition(
        _ENDED, State.REJECTED, RejectionReason.TERMS_NOT_MET
    ),
}
HOLD_RELEASE_TRANSITIONS: Final = {
    HoldReleaseResult.NO_REWARD: DecidedTransition(_RELEASED, State.VALIDATED),
    HoldReleaseResult.REWARD_REGISTERED: DecidedTransition(_RELEASED, State.RESOLVED),
    HoldReleaseResult.ALREADY_REWARDED: DecidedTransition(
        _RELEASED, State.REJECTED, RejectionReason.ALREADY_REWARDED
    ),
    HoldReleaseResult.TERMS_NOT_MET: DecidedTransition(
        _RELEASED, State.REJECTED, RejectionReason.TERMS_NOT_MET
    ),
}
