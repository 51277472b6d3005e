"""What a confirmation is worth and when its order can no longer be cancelled (R31-R33)."""

from datetime import date, datetime

from domain.tickets.approvals import is_within_maximum
from domain.tickets.attention import Attention
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.states import State
from domain.tickets.ticket import Ticket
from domain.values import periods
from domain.values.types import FrozenModel, Money


class Confirmation(FrozenModel):
    """The amount and the end of the cancellation period; what a person must decide is `None` and
    named.
    """

    amount: Money | None = None
    ends_at: datetime | None = None
    attention: tuple[Attention, ...] = ()


def evaluate_confirmation(
    ticket: Ticket,
    now: datetime,
    outcome: PartnerOutcome | None = None,
    reward: Money | None = None,
) -> Confirmation:
    """Work out a confirmation at `now`: by the partner's `outcome`, or by an agent who names
    `reward`.
    """
    told = outcome.reward if outcome else None
    amount = reward if reward else payable_amount(ticket, told or ticket.promised_amount)
    return _to_confirmation(amount, _cancellation_end(ticket, now, outcome))


def evaluate_repeated_confirmation(
    ticket: Ticket, now: datetime, outcome: PartnerOutcome
) -> Confirmation | None:
    """Work out a confirmation that comes once more, while the cancellation period lasts: what it
    names replaces what was confirmed, what it leaves out stays. `None` where it says nothing new.

    An amount that the partner named before is not new, whatever an agent made of it.
    """
    ends_at = ticket.cancellation_ends_at
    if _states_cancellation_end(ticket, outcome):
        ends_at = _cancellation_end(ticket, _cancellation_period_started_at(ticket) or now, outcome)
    if outcome.reward not in (None, ticket.stated_amount, ticket.confirmed_amount):
        return _to_confirmation(payable_amount(ticket, outcome.reward), ends_at)
    return (
        _to_confirmation(ticket.confirmed_amount, ends_at)
        if ends_at != ticket.cancellation_ends_at
        else None
    )


def _states_cancellation_end(ticket: Ticket, outcome: PartnerOutcome) -> bool:
    told = {
        "order": None,
        "activation": outcome.activated_on,
        "contract_start": outcome.contract_started_on,
    }
    return bool(outcome.cancellation_ends_on or told[ticket.terms.cancellation.starts_from])


def _cancellation_period_started_at(ticket: Ticket) -> datetime | None:
    """Return when the cancellation period began: its bound runs from there."""
    awaiting = State.AWAITING_CANCELLATION_PERIOD
    began = (m.at for m in ticket.transitions if m.to is awaiting and m.from_state is not awaiting)
    return next(began, None)


def _to_confirmation(amount: Money | None, ends_at: datetime | None) -> Confirmation:
    attention = []
    if amount is None:
        attention.append(Attention.AMOUNT_UNDECIDED)
    if ends_at is None:
        attention.append(Attention.CANCELLATION_END_UNKNOWN)
    return Confirmation(amount=amount, ends_at=ends_at, attention=tuple(attention))


def payable_amount(ticket: Ticket, amount: Money | None) -> Money | None:
    """Return `amount` if it may be granted without a person: the market's currency, up to the
    maximum.
    """
    within = amount is not None and is_within_maximum(amount, ticket.terms.max_reward)
    return amount if within else None


def _cancellation_end(
    ticket: Ticket, now: datetime, outcome: PartnerOutcome | None
) -> datetime | None:
    """Return the end: the partner's own, else counted from the anchor, never past the profile's
    bound.
    """
    terms, zone = ticket.terms.cancellation, ticket.terms.market.zone
    bound = periods.add_period(now, terms.max_period, zone)
    if outcome and outcome.cancellation_ends_on:
        return min(bound, periods.end_of_day(outcome.cancellation_ends_on, zone))
    anchor = _anchor_date(ticket, outcome)
    if anchor is None:
        return None
    at = ticket.ordered_at if terms.starts_from == "order" else None
    return min(bound, periods.end_of_cancellation(anchor, at, terms.period, zone))


def _anchor_date(ticket: Ticket, outcome: PartnerOutcome | None) -> date | None:
    match ticket.terms.cancellation.starts_from:
        case "order":
            return ticket.ordered_on
        case "activation":
            told = outcome.activated_on if outcome else None
            return told or ticket.anchor_dates.get("activation")
        case "contract_start":
            told = outcome.contract_started_on if outcome else None
            return told or ticket.anchor_dates.get("contract_start")
