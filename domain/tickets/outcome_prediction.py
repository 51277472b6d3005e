"""The effect of an outcome, predicted from a ticket's row before the ticket has handled it."""

from typing import Final

from domain.codes import MessageCode, RefusalCode
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.states import State
from domain.values.money import Money

_AWAITING: Final = State.AWAITING_CANCELLATION_PERIOD


def predict_code(state: State, confirmed: Money | None, outcome: PartnerOutcome) -> str | None:
    """Return the code of an outcome that will have no effect, as far as the ticket's row shows."""
    if state.is_final:
        return MessageCode.TICKET_CLOSED
    asks = outcome.outcome == "information_requested"
    if asks and state in (_AWAITING, State.INFORMATION_REQUESTED):
        return RefusalCode.ACTION_NOT_ALLOWED
    if state is _AWAITING and outcome.outcome == "confirmed":
        dates = (outcome.cancellation_ends_on, outcome.activated_on, outcome.contract_started_on)
        is_known = not any(dates) and outcome.reward in (None, confirmed)
        return MessageCode.UNCHANGED if is_known else None
    return None


def predict_state(state: State, outcome: PartnerOutcome) -> State:
    """Return the state to expect after `outcome`, for the prediction of the next one."""
    if state.is_final or outcome.outcome == "information_requested":
        return state
    return _AWAITING if outcome.outcome == "confirmed" else State.REJECTED
