"""When the cancellation period of an order ends (R32, R33)."""

from datetime import date, datetime

from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.states import State
from domain.tickets.ticket import Ticket
from domain.values import periods


def cancellation_end(
    ticket: Ticket, now: datetime, outcome: PartnerOutcome | None
) -> datetime | None:
    """Return the end that the partner states, else the one counted from the anchor date.

    It is never later than the profile's maximum allows. `None` without an anchor date.
    """
    terms, zone = ticket.terms.cancellation, ticket.terms.market.zone
    latest = periods.add_period(now, terms.max_period, zone)
    if outcome and outcome.cancellation_ends_on:
        return min(latest, periods.end_of_day(outcome.cancellation_ends_on, zone))
    anchor = _anchor_date(ticket, outcome)
    if anchor is None:
        return None
    ordered_at = ticket.ordered_at if terms.starts_from == "order" else None
    return min(latest, periods.end_of_cancellation(anchor, ordered_at, terms.period, zone))


def states_cancellation_end(ticket: Ticket, outcome: PartnerOutcome) -> bool:
    """Return whether `outcome` names the end, or the date from which it is counted."""
    anchors = {
        "order": None,
        "activation": outcome.activated_on,
        "contract_start": outcome.contract_started_on,
    }
    starts_from = ticket.terms.cancellation.starts_from
    return bool(outcome.cancellation_ends_on or anchors[starts_from])


def cancellation_period_started_at(ticket: Ticket) -> datetime | None:
    """Return when the cancellation period started: its maximum is counted from there."""
    awaiting = State.AWAITING_CANCELLATION_PERIOD
    starts = (
        transition.at
        for transition in ticket.transitions
        if transition.to is awaiting and transition.from_state is not awaiting
    )
    return next(starts, None)


def _anchor_date(ticket: Ticket, outcome: PartnerOutcome | None) -> date | None:
    match ticket.terms.cancellation.starts_from:
        case "order":
            return ticket.ordered_on
        case "activation":
            stated = outcome.activated_on if outcome else None
            return stated or ticket.anchor_dates.get("activation")
        case "contract_start":
            stated = outcome.contract_started_on if outcome else None
            return stated or ticket.anchor_dates.get("contract_start")
