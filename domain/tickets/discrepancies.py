"""What contradicts a ticket and cannot move it: shown to agents in a queue of its own."""

from datetime import datetime
from typing import Final

from domain.claims.claim import Reward, RewardState
from domain.claims.parsing import content_digest
from domain.codes import MessageCode, RefusalCode
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.messages.message import Message
from domain.tickets.messages.signals import PartnerOutcome, RewardRegistered
from domain.tickets.states import State
from domain.values.types import Money

MAX_CONFIRMATION_CHANGES: Final = 20
"""So often a partner may change its confirmation by itself; then a person decides."""
MAX_OPEN_DISCREPANCIES: Final = 20
"""So many discrepancies of one ticket wait at a time (`keep_note`); its notes have the rest."""
_ALWAYS: Final = frozenset({MessageCode.OUTCOME_ID_REUSED, MessageCode.TOO_MANY_CHANGES})
_SILENT: Final = frozenset(
    {
        MessageCode.DUPLICATE_MESSAGE,
        MessageCode.WRONG_PARTNER,
        MessageCode.WRONG_TICKET,
        MessageCode.UNCHANGED,
        MessageCode.APPLIED,
    }
)
_AWAITING: Final = State.AWAITING_CANCELLATION_PERIOD


def is_discrepancy(
    message: Message, code: str, state: State, granted: Money | None, now: datetime
) -> bool:
    """Say whether `message`, which moved nothing (`code`), contradicts a ticket in `state`."""
    if isinstance(message, RewardRegistered):
        return code not in _SILENT and granted is not None
    if not isinstance(message, PartnerOutcome) or code in _SILENT:
        return False
    return code in _ALWAYS or _contradicts(message, state, granted, now)


def _contradicts(
    outcome: PartnerOutcome, state: State, granted: Money | None, now: datetime
) -> bool:
    confirms = outcome.outcome == "confirmed"
    if state is _AWAITING:
        return not confirms
    if outcome.outcome == "information_requested":
        return False
    if state is State.RESOLVED:
        return not confirms or (granted is not None and _differs_from_grant(outcome, granted, now))
    return confirms and state in (State.REJECTED, State.WITHDRAWN)


def _differs_from_grant(outcome: PartnerOutcome, granted: Money, now: datetime) -> bool:
    """Say whether a confirmation names another amount, or a period that still runs."""
    ends_on = outcome.cancellation_ends_on
    return outcome.reward not in (None, granted) or bool(ends_on and ends_on > now.date())


def reward_contradicts(reward: Reward, number: str, contested: str | None, at: datetime) -> bool:
    """Say whether the platform's reward contradicts the grant that ticket `number` made `at`.

    A reward that was judged invalid, or was rejected after the grant, takes it back; another one
    for the same order, registered or granted, pays it twice. `contested` is the reward that the
    ticket was about.
    """
    if reward.state is RewardState.INVALID:
        return True
    if reward.state is RewardState.REJECTED:
        return reward.changed_at > at
    return number != reward.granted_by_ticket and contested != reward.reward_id


def mark_discrepancy(note: MessageLogEntry) -> MessageLogEntry:
    """Mark a note as one that agents must see: under this key it waits once for its ticket."""
    key = f"{note.message}:{note.message_id}:{content_digest(note.body)[:32]}"
    return note.model_copy(update={"discrepancy": key})


def has_same_content(one: PartnerOutcome, other: PartnerOutcome) -> bool:
    """Say whether two outcomes under one id say the same; a sender may date each try anew."""
    undated = {"occurred_at": None}
    return one.model_copy(update=undated) == other.model_copy(update=undated)


def predict_code(state: State, confirmed: Money | None, outcome: PartnerOutcome) -> str | None:
    """Return the code of an outcome that will move nothing, as far as a ticket's row tells it."""
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
    """Return where an outcome leads a ticket that its partner has, for what comes after it."""
    if state.is_final or outcome.outcome == "information_requested":
        return state
    return _AWAITING if outcome.outcome == "confirmed" else State.REJECTED
