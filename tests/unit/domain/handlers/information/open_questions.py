"""Tickets with an open question, and the results of answers."""

from datetime import timedelta

from domain.handlers.handling_result import HandlingResult
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.changes.emails import OutgoingEmail
from domain.tickets.states import State

INFORMATION_REQUESTED = State.INFORMATION_REQUESTED
SENT = State.SENT_TO_PARTNER
DAY = timedelta(days=1)
MEMBERS_TIME = timedelta(days=14, hours=1)  # over the end of summer time


def queued_emails(aggregate: TicketAggregate) -> list[OutgoingEmail]:
    """The e-mails queued since the last change set."""
    return list(aggregate.collect_changes().emails)


def answer_result(handled: HandlingResult) -> tuple[bool, str | None]:
    """Whether the result names a transition, and the code of a refusal."""
    assert handled.result is not None
    return handled.result.state_changed, handled.result.code
