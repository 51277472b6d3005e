"""Parameters of the e-mails that transitions send, as the templates take them."""

from datetime import datetime

from domain.partners.terms import TicketTerms
from domain.values import periods
from domain.values.money import Money


def accepted_params(
    terms: TicketTerms, now: datetime, held_until: datetime | None
) -> dict[str, object]:
    """Return until when the claim is held, and the day by which the partner should respond."""
    zone = terms.market.zone
    answer_by = periods.add_period(held_until or now, terms.response.deadline, zone)
    return {
        "held_until": held_until.astimezone(zone).isoformat() if held_until else None,
        "answer_by": answer_by.astimezone(zone).date().isoformat(),
    }


def confirmed_params(
    terms: TicketTerms, amount: Money | None, due_at: datetime | None
) -> dict[str, object]:
    """Return the confirmed amount, and the day on which it is due."""
    due_on = due_at.astimezone(terms.market.zone).date().isoformat() if due_at else None
    return {"due_on": due_on, **amount_params(amount)}


def amount_params(amount: Money | None) -> dict[str, object]:
    """Return an amount of money as JSON."""
    return {"amount": amount.model_dump(mode="json") if amount else None}
