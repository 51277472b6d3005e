"""Which event earns which letter, and what the letter must be told (R26-R28, R34)."""

from enum import StrEnum
from typing import Any, Final

from domain.partners.profile import LANGUAGES
from domain.tickets.states import Event, State
from domain.values.types import FrozenModel


class EmailKind(StrEnum):
    """The letters a member can get; each exists in every language as text and HTML."""

    CONFIRMATION = "confirmation"
    INFORMATION_NEEDED = "information_needed"
    PARTNER_CONFIRMED = "partner_confirmed"
    REJECTED = "rejected"
    RESOLVED = "resolved"
    REWARD_REGISTERED = "reward_registered"
    WITHDRAWN = "withdrawn"
    CLAIM_NOT_ACCEPTED = "claim_not_accepted"


class OutgoingEmail(FrozenModel):
    """A letter to be sent: `key` is unique within its ticket, `params` are the template's."""

    key: str
    kind: EmailKind
    language: str
    params: dict[str, Any] = {}


_BY_STATE: Final = {
    State.AWAITING_CANCELLATION_PERIOD: EmailKind.PARTNER_CONFIRMED,
    State.REJECTED: EmailKind.REJECTED,
    State.WITHDRAWN: EmailKind.WITHDRAWN,
    State.INFORMATION_REQUESTED: EmailKind.INFORMATION_NEEDED,
}


def email_for_transition(event: Event, from_state: State, to: State) -> EmailKind | None:
    """Return the letter that a move earns; none where the member learns nothing new from it."""
    if event is Event.CLAIM_ACCEPTED:
        return EmailKind.CONFIRMATION
    if to is State.RESOLVED:
        granted = event is Event.CANCELLATION_PERIOD_ENDED
        return EmailKind.RESOLVED if granted else EmailKind.REWARD_REGISTERED
    moved = to is not from_state or event in (Event.DECIDED, Event.PARTNER_CONFIRMED)
    return _BY_STATE.get(to) if moved else None


def select_language(wanted: str | None, market: str) -> str:
    """Return the member's language where letters exist in it, else that of the partner's market."""
    return wanted if wanted in LANGUAGES else market
