"""E-mails to the member, and the transitions that send them (R26-R28, R34)."""

from enum import StrEnum
from typing import Final

from domain.partners.market import LANGUAGES
from domain.tickets.changes.transition import Transition
from domain.tickets.states import Event, State
from domain.values.types import FrozenModel


class EmailKind(StrEnum):
    """The e-mails to members; each has one template."""

    CONFIRMATION = "confirmation"
    INFORMATION_NEEDED = "information_needed"
    PARTNER_CONFIRMED = "partner_confirmed"
    REJECTED = "rejected"
    RESOLVED = "resolved"
    REWARD_REGISTERED = "reward_registered"
    WITHDRAWN = "withdrawn"
    CLAIM_NOT_ACCEPTED = "claim_not_accepted"


class DecidedBy(StrEnum):
    """Who or what decided about a claim, as the member is informed about it."""

    PARTNER = "partner"
    CUSTOMER_SERVICE = "customer_service"
    PARTNER_DEADLINE = "partner_deadline"
    MEMBER_DEADLINE = "member_deadline"
    RECORDS = "records"


_DECIDED_BY: Final = {
    Event.PARTNER_CONFIRMED: DecidedBy.PARTNER,
    Event.PARTNER_REJECTED: DecidedBy.PARTNER,
    Event.DECIDED: DecidedBy.CUSTOMER_SERVICE,
    Event.PARTNER_SILENT: DecidedBy.PARTNER_DEADLINE,
    Event.INFORMATION_NOT_PROVIDED: DecidedBy.MEMBER_DEADLINE,
}


class OutgoingEmail(FrozenModel):
    """An e-mail to send: `key` is unique within its ticket, `params` are for its template."""

    key: str
    kind: EmailKind
    language: str
    params: dict[str, object] = {}


_BY_STATE: Final = {
    State.AWAITING_CANCELLATION_PERIOD: EmailKind.PARTNER_CONFIRMED,
    State.REJECTED: EmailKind.REJECTED,
    State.WITHDRAWN: EmailKind.WITHDRAWN,
    State.INFORMATION_REQUESTED: EmailKind.INFORMATION_NEEDED,
}


def email_for_transition(event: Event, from_state: State, to: State) -> EmailKind | None:
    """Return the e-mail that a transition sends; `None` if it is no news for the member."""
    if event is Event.CLAIM_ACCEPTED:
        return EmailKind.CONFIRMATION
    if to is State.RESOLVED:
        granted = event is Event.CANCELLATION_PERIOD_ENDED
        return EmailKind.RESOLVED if granted else EmailKind.REWARD_REGISTERED
    is_news = to is not from_state or event in (Event.DECIDED, Event.PARTNER_CONFIRMED)
    return _BY_STATE.get(to) if is_news else None


def decision_params(transition: Transition) -> dict[str, object]:
    """Return the parameters of the e-mail about a decision that the transition itself has."""
    decided_by = _DECIDED_BY.get(transition.event, DecidedBy.RECORDS)
    if transition.to is State.REJECTED:
        return {"decided_by": decided_by, "reason_code": transition.reason_code}
    if transition.to is State.AWAITING_CANCELLATION_PERIOD:
        return {"decided_by": decided_by, "is_update": transition.from_state is transition.to}
    return {}


def select_language(requested: str | None, market: str) -> str:
    """Return the requested language if there are e-mails in it, else the market's language."""
    return requested if requested in LANGUAGES else market
