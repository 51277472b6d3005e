"""Messages that contradict a ticket without changing it; agents have a separate queue for them
(docs/requirements.md, "Discrepancies").
"""

from datetime import datetime
from typing import Final

from domain.claims.rewards import Reward, RewardState
from domain.codes import MessageCode
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.messages.message import Message
from domain.tickets.messages.signals import PartnerOutcome, RewardRegistered
from domain.tickets.states import State
from domain.values.json_text import content_digest
from domain.values.money import Money

MAX_CONFIRMATION_CHANGES: Final = 20
"""Changes of a confirmation that a partner may make; further ones need a person."""
MAX_OPEN_DISCREPANCIES: Final = 20
"""Open discrepancies of one ticket; further ones are in its message log only."""
_ALWAYS: Final = frozenset({MessageCode.OUTCOME_ID_REUSED, MessageCode.TOO_MANY_CHANGES})
_NEVER: Final = frozenset(
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
    """Return whether `message`, which had no effect (`code`), contradicts a ticket in `state`."""
    if isinstance(message, RewardRegistered):
        return code not in _NEVER and granted is not None
    if not isinstance(message, PartnerOutcome) or code in _NEVER:
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
    """Return whether a confirmation names another amount, or a period that has not ended yet."""
    ends_on = outcome.cancellation_ends_on
    return outcome.reward not in (None, granted) or bool(ends_on and ends_on > now.date())


def reward_contradicts(reward: Reward, number: str, contested: str | None, at: datetime) -> bool:
    """Return whether the platform's reward contradicts the grant that ticket `number` made `at`.

    A reward that became invalid, or was rejected after the grant, revokes it. Another registered or
    granted reward for the same order means that it is paid twice. `contested` is the id of the
    reward that the ticket is about.
    """
    if reward.state is RewardState.INVALID:
        return True
    if reward.state is RewardState.REJECTED:
        return reward.changed_at > at
    return number != reward.granted_by_ticket and contested != reward.reward_id


def mark_discrepancy(entry: MessageLogEntry) -> MessageLogEntry:
    """Mark a log entry as a discrepancy, with a key that identifies it within its ticket."""
    key = f"{entry.message}:{entry.message_id}:{content_digest(entry.body)[:32]}"
    return entry.model_copy(update={"discrepancy": key})


def has_same_content(one: PartnerOutcome, other: PartnerOutcome) -> bool:
    """Return whether two outcomes with the same id are equal; each retry may have its own time."""
    undated = {"occurred_at": None}
    return one.model_copy(update=undated) == other.model_copy(update=undated)
