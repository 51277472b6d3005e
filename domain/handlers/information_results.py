"""A member's answers to a question: checked against the form first, then applied."""

from collections.abc import Mapping
from datetime import datetime

from domain.codes import MessageCode, RefusalCode
from domain.handlers.handling_result import HandlingResult
from domain.handlers.information_requests import apply_answer
from domain.handlers.message_entries import entry_for
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.messages.commands import InformationAnswer
from domain.tickets.states import Event
from domain.tickets.ticket import Ticket


def on_information(aggregate: TicketAggregate, answer: InformationAnswer) -> HandlingResult:
    """Have the answers checked if a question is open; refuse them otherwise."""
    if aggregate.can_transition(Event.INFORMATION_PROVIDED):
        return HandlingResult(information_to_check=answer)
    code = RefusalCode.ACTION_NOT_ALLOWED
    return HandlingResult(result=aggregate.record_result(answer, code), log_code=code)


def apply_information(
    aggregate: TicketAggregate,
    answer: InformationAnswer,
    now: datetime,
    code: str | None = None,
    problems: Mapping[str, str] | None = None,
) -> None:
    """Apply answers that the form accepted; or refuse them by `code`, with a problem per field."""
    if code is None:
        apply_answer(aggregate, answer, now)
    aggregate.record_result(answer, code, problems, state_changed=code is None)
    log_code = code or MessageCode.APPLIED
    aggregate.log_message(entry_for(aggregate.ticket, answer, log_code, now))


def information_changes(ticket: Ticket, answer: InformationAnswer, now: datetime) -> ChangeSet:
    """Return the change set that is stored if the form accepts the answers."""
    aggregate = TicketAggregate(ticket)
    apply_information(aggregate, answer, now)
    return aggregate.collect_changes()
