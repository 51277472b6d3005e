"""The time-out of a partner's response, as its profile configures it (R21)."""

from datetime import date, datetime
from enum import StrEnum

from domain.handlers.outcomes.cancellation_period import begin_cancellation_period
from domain.handlers.outcomes.confirmation import evaluate_confirmation
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.attention import Attention
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.states import Event, State
from domain.tickets.ticket import Ticket
from domain.values.money import Money


class TimeoutResult(StrEnum):
    """What the database allowed: auto-confirmation stays within the partner's monthly cap."""

    CONFIRMED = "confirmed"
    ESCALATED = "escalated"


def auto_confirmable_amount(aggregate: TicketAggregate, now: datetime) -> Money | None:
    """Return the amount to confirm automatically now, as far as the ticket itself allows it.

    `None` if a person has to decide the amount or the end of the cancellation period, and for an
    amount above the maximum of the profile.
    """
    if not _should_auto_confirm(aggregate, now):
        return None
    confirmation = evaluate_confirmation(aggregate.ticket, now)
    amount, maximum = confirmation.amount, aggregate.ticket.terms.response.auto_confirm_max
    if confirmation.attention or amount is None or maximum is None:
        return None
    return amount if amount.amount <= maximum.amount else None


def _should_auto_confirm(aggregate: TicketAggregate, now: datetime) -> bool:
    due_at = aggregate.ticket.due_at
    is_over = due_at is not None and due_at <= now
    confirms = aggregate.ticket.terms.response.on_timeout == "confirm"
    return is_over and confirms and aggregate.can_transition(Event.PARTNER_SILENT)


def apply_response_timeout(
    aggregate: TicketAggregate, now: datetime, result: TimeoutResult = TimeoutResult.ESCALATED
) -> None:
    """Confirm the claim if the database allowed it; else reject or escalate it."""
    event = Event.PARTNER_SILENT
    if result is TimeoutResult.CONFIRMED:
        confirmation = evaluate_confirmation(aggregate.ticket, now)
        begin_cancellation_period(aggregate, event, now, confirmation)
    elif aggregate.ticket.terms.response.on_timeout == "reject":
        reason = RejectionReason.NO_ANSWER
        aggregate.apply_transition(event, State.REJECTED, now, reason=reason)
    else:
        aggregate.clear_deadline()
        aggregate.apply_transition(event, aggregate.ticket.state, now)
        aggregate.add_attention(Attention.PARTNER_SILENT)


def timeout_changes(ticket: Ticket, now: datetime) -> dict[TimeoutResult, ChangeSet]:
    """Return the change set for each result that the database may allow."""
    changes = {}
    for result in TimeoutResult:
        aggregate = TicketAggregate(ticket)
        apply_response_timeout(aggregate, now, result)
        changes[result] = aggregate.collect_changes()
    return changes


def market_month(ticket: Ticket, now: datetime) -> date:
    """Return the first day of the current month in the partner's market."""
    return now.astimezone(ticket.terms.market.zone).date().replace(day=1)
