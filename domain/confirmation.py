"""What a confirmation is worth and when its order can no longer be cancelled (R31-R33)."""

from datetime import date, datetime

from domain import deadlines
from domain.messages import PartnerOutcome
from domain.shapes import Frozen, Money
from domain.ticket import Attention, Ticket


class Confirmation(Frozen):
    """The amount and the end of the cancellation period; what a person must decide is `None` and
    named.
    """

    amount: Money | None = None
    ends_at: datetime | None = None
    attention: tuple[Attention, ...] = ()


def confirmation(
    ticket: Ticket,
    now: datetime,
    outcome: PartnerOutcome | None = None,
    reward: Money | None = None,
) -> Confirmation:
    """Work out a confirmation at `now`: by the partner's `outcome`, or by an agent who names
    `reward`.
    """
    told = outcome.reward if outcome else None
    amount = reward if reward else payable(ticket, told or ticket.promised)
    ends_at = _end(ticket, now, outcome)
    attention = []
    if amount is None:
        attention.append(Attention.AMOUNT_UNDECIDED)
    if ends_at is None:
        attention.append(Attention.CANCELLATION_END_UNKNOWN)
    return Confirmation(amount=amount, ends_at=ends_at, attention=tuple(attention))


def payable(ticket: Ticket, amount: Money | None) -> Money | None:
    """Return `amount` if it may be granted without a person: the market's currency, up to the
    maximum.
    """
    most = ticket.terms.reward_at_most
    if amount is None or amount.currency != most.currency:
        return None
    return amount if 0 < amount.amount <= most.amount else None


def _end(ticket: Ticket, now: datetime, outcome: PartnerOutcome | None) -> datetime | None:
    """Return the end: the partner's own, else counted from the anchor, never past the profile's
    bound.
    """
    terms, zone = ticket.terms.cancellation, ticket.terms.market.zone
    bound = deadlines.after(now, terms.at_most, zone)
    if outcome and outcome.cancellation_ends_on:
        return min(bound, deadlines.midnight_after(outcome.cancellation_ends_on, zone))
    anchor = _anchor(ticket, outcome)
    if anchor is None:
        return None
    at = ticket.ordered_at if terms.counts_from == "order" else None
    return min(bound, deadlines.end_of_cancellation(anchor, at, terms.period, zone))


def _anchor(ticket: Ticket, outcome: PartnerOutcome | None) -> date | None:
    match ticket.terms.cancellation.counts_from:
        case "order":
            return ticket.ordered_on
        case "activation":
            told = outcome.activated_on if outcome else None
            return told or ticket.dates.get("activation")
        case "contract_start":
            told = outcome.contract_started_on if outcome else None
            return told or ticket.dates.get("contract_start")
