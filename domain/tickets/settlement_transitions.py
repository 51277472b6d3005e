"""The transitions that follow from a settlement and from the release of a hold."""

from typing import Final

from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.settlement import HoldReleaseResult, SettlementResult
from domain.tickets.states import Event, State

SETTLEMENT_TRANSITIONS: Final = {
    SettlementResult.GRANTED: (Event.CANCELLATION_PERIOD_ENDED, State.RESOLVED, None),
    SettlementResult.REWARD_REGISTERED: (Event.REWARD_REGISTERED, State.RESOLVED, None),
    SettlementResult.ALREADY_REWARDED: (
        Event.CANCELLATION_PERIOD_ENDED,
        State.REJECTED,
        RejectionReason.ALREADY_REWARDED,
    ),
    SettlementResult.TERMS_NOT_MET: (
        Event.CANCELLATION_PERIOD_ENDED,
        State.REJECTED,
        RejectionReason.TERMS_NOT_MET,
    ),
}
HOLD_RELEASE_TRANSITIONS: Final = {
    HoldReleaseResult.NO_REWARD: (State.VALIDATED, None),
    HoldReleaseResult.REWARD_REGISTERED: (State.RESOLVED, None),
    HoldReleaseResult.ALREADY_REWARDED: (State.REJECTED, RejectionReason.ALREADY_REWARDED),
    HoldReleaseResult.TERMS_NOT_MET: (State.REJECTED, RejectionReason.TERMS_NOT_MET),
}
