"""Partners that do not respond in time."""

from datetime import datetime, timedelta
from typing import Any

from domain.handlers.response_timeout import (
    auto_confirmable_amount,
)
from domain.partners.rules import PartnerRules
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.states import State
from tests.support.builders import NOW, a_partner, an_aggregate

DUE = NOW + timedelta(days=14, hours=1)  # over the end of summer time
SECOND = timedelta(seconds=1)
UNANSWERED = [State.VALIDATED, State.SENT_TO_PARTNER]


def pln(amount: str) -> dict[str, str]:
    """An amount in the market's currency."""
    return {"amount": amount, "currency": "PLN"}


def an_unresponsive_partner(on_timeout: str, up_to: str = "50.00", **changes: Any) -> PartnerRules:
    """A partner with these rules for response time-outs."""
    caps = {"auto_confirm_max": pln(up_to), "auto_confirm_monthly_cap": pln("100.00")}
    return a_partner(response={"deadline": "P14D", "on_timeout": on_timeout, **caps}, **changes)


def unanswered(
    on_timeout: str, state: State = State.SENT_TO_PARTNER, **changes: Any
) -> TicketAggregate:
    """A ticket of a partner that does not respond."""
    return an_aggregate(state, an_unresponsive_partner(on_timeout), **changes)


def amount(aggregate: TicketAggregate, now: datetime = DUE) -> str | None:
    """The amount that the response time-out would confirm now."""
    found = auto_confirmable_amount(aggregate, now)
    return str(found.amount) if found else None
