"""What a partner's silence means once its deadline has passed: the profile says."""

from datetime import date, datetime
from enum import StrEnum

from domain.handlers.confirmation import evaluate_confirmation
from domain.handlers.partner_outcomes import begin_cancellation_period
from domain.tickets.attention import Attention
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.states import Event, State
from domain.tickets.ticket import Ticket
from domain.tickets.ticket_aggregate import SYSTEM, TicketAggregate
from domain.values.types import Money


class TimeoutResult(StrEnum):
    """What the books allowed, under lock: silence confirms only up to the partner's monthly cap."""

    CONFIRMED = "confirmed"
    ESCALATED = "escalated"


def auto_confirmable_amount(aggregate: TicketAggregate, now: datetime) -> Money | None:
    """Return the amount that silence would confirm now, as far as the ticket itself allows it.

    Nothing where a person must decide the amount or the end, or where it is over the ticket's cap.
    """
    ticket, terms = aggregate.ticket, aggregate.ticket.terms.response
    over = ticket.due_at is not None and ticket.due_at <= now
    asks = aggregate.can_transition(Event.PARTNER_SILENT) and over and terms.on_timeout == "confirm"
    if not asks or terms.auto_confirm_max is None:
        return None
    worth = evaluate_confirmation(ticket, now)
    if worth.attention or worth.amount is None:
        return None
    return worth.amount if worth.amount.amount <= terms.auto_confirm_max.amount else None


def apply_response_timeout(
    aggregate: TicketAggregate, now: datetime, found: TimeoutResult = TimeoutResult.ESCALATED
) -> None:
    """Take the silence as `found`, where the profile does not reject."""
    terms = aggregate.ticket.terms.response
    if found is TimeoutResult.CONFIRMED:
        begin_cancellation_period(
            aggregate,
            Event.PARTNER_SILENT,
            now,
            SYSTEM,
            evaluate_confirmation(aggregate.ticket, now),
        )
    elif terms.on_timeout == "reject":
        reason = RejectionReason.NO_ANSWER
        aggregate.apply_transition(Event.PARTNER_SILENT, State.REJECTED, now, reason=reason)
    else:
        aggregate.change(due_at=None)
        aggregate.apply_transition(Event.PARTNER_SILENT, aggregate.ticket.state, now)
        aggregate.add_attention(Attention.PARTNER_SILENT)


def timeout_changes(ticket: Ticket, now: datetime) -> dict[TimeoutResult, ChangeSet]:
    """Return, for each thing the books may allow, the step that is then written."""
    forks = {found: TicketAggregate(ticket) for found in TimeoutResult}
    for found, fork in forks.items():
        apply_response_timeout(fork, now, found)
    return {found: fork.collect_changes() for found, fork in forks.items()}


def market_month(ticket: Ticket, now: datetime) -> date:
    """Return the first day of the calendar month in the partner's market."""
    return now.astimezone(ticket.terms.market.zone).date().replace(day=1)
