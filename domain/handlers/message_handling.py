"""What each message does to a ticket (product.md, "The life of a ticket").

A message that no arrow allows moves nothing: it is kept with a code that says why, and its sender
is told where somebody waits for an answer. Nothing here raises for what came from outside.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from domain.codes import MessageCode, RefusalCode
from domain.handlers.commands import earlier_result, execute_command
from domain.handlers.information_requests import (
    apply_answer,
    continue_without_answer,
    remind_member,
)
from domain.handlers.partner_outcomes import apply_outcome, mark_processed
from domain.handlers.response_deadlines import next_reminder, skip_overdue_reminders
from domain.handlers.response_timeout import apply_response_timeout, auto_confirmable_amount
from domain.tickets.attention import (
    DELIVERY_ATTENTION,
    EMAIL_ATTENTION,
    PERMANENT_DELIVERY_FAILURES,
    Attention,
)
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.changes.message_log import log_entry
from domain.tickets.changes.message_log_entry import MessageLogEntry
from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.discrepancies import is_discrepancy, mark_discrepancy
from domain.tickets.messages.commands import InformationAnswer, TicketCommand
from domain.tickets.messages.internal import (
    AttentionChanged,
    DeadlinePassed,
    Delivered,
    InvalidMessage,
)
from domain.tickets.messages.message import Message
from domain.tickets.messages.signals import PartnerOutcome, RewardRegistered
from domain.tickets.states import Event, State
from domain.tickets.ticket import Ticket
from domain.tickets.ticket_aggregate import TicketAggregate
from domain.values.types import FrozenModel


class HandlingResult(FrozenModel):
    """What follows from a message, besides what is to be written down.

    `quiet`: nothing but a note, which may wait for the next writing. `deliver`: the purpose for
    which the claim goes to the partner now. `answer`: for whoever asked.
    """

    is_log_only: bool = False
    delivery_purpose: str | None = None
    result: StoredRequestResult | None = None
    information_to_check: InformationAnswer | None = None


_QUIET: Final = HandlingResult(is_log_only=True)


def handle_message(
    aggregate: TicketAggregate,
    message: Message,
    now: datetime,
    unknown: tuple[str, ...] = (),
    against: str | None = None,
) -> HandlingResult:
    """Take one message at `now`; `unknown` names the fields that nobody here knows.

    `against` is what the facts say against a decision to pay, which is refused with that code.
    """
    model = TicketCommand if isinstance(message, TicketCommand) else type(message)
    if against and isinstance(message, TicketCommand):
        taken: Taken = HandlingResult(result=aggregate.record_result(message, against)), against
    else:
        taken = _HANDLERS[model](aggregate, message, now)
    heard, code = taken
    if code:
        aggregate.log_message(_note(aggregate, message, code, now, unknown))
    if heard.delivery_purpose:
        aggregate.change(delivery_purpose=heard.delivery_purpose)
    return heard


Taken = tuple[HandlingResult, str | None]
"""What follows, and the code under which the message is kept; our own messages are not kept."""


def _outcome(aggregate: TicketAggregate, outcome: PartnerOutcome, now: datetime) -> Taken:
    aggregate.acknowledge_outcome(outcome.outcome_id)
    code = apply_outcome(aggregate, outcome, now)
    return HandlingResult(is_log_only=code != MessageCode.APPLIED), code


def _request(aggregate: TicketAggregate, request: TicketCommand, now: datetime) -> Taken:
    if first := earlier_result(aggregate, request):
        return HandlingResult(is_log_only=True, result=first), None
    if isinstance(request, InformationAnswer):
        return _information(aggregate, request)
    answer, deliver = execute_command(aggregate, request, now)
    done = MessageCode.APPROVAL_NEEDED if answer.awaits_approval else MessageCode.APPLIED
    return HandlingResult(delivery_purpose=deliver, result=answer), answer.code or done


def _registered(aggregate: TicketAggregate, message: RewardRegistered, now: datetime) -> Taken:
    key = f"reward:{message.reward_id}"
    if key in aggregate.ticket.processed_message_ids:
        return _QUIET, MessageCode.DUPLICATE_MESSAGE
    mark_processed(aggregate, key)
    if not aggregate.can_transition(Event.REWARD_REGISTERED, State.RESOLVED):
        return _QUIET, RefusalCode.ACTION_NOT_ALLOWED
    aggregate.apply_transition(Event.REWARD_REGISTERED, State.RESOLVED, now, "platform")
    return HandlingResult(), MessageCode.APPLIED


def _delivered(aggregate: TicketAggregate, message: Delivered, now: datetime) -> Taken:
    reference = message.reference or aggregate.ticket.partner_reference
    aggregate.change(partner_reference=reference, delivery_purpose=None)
    aggregate.remove_attention(DELIVERY_ATTENTION)
    if aggregate.can_transition(Event.CLAIM_SENT, State.SENT_TO_PARTNER):
        aggregate.apply_transition(Event.CLAIM_SENT, State.SENT_TO_PARTNER, now)
        skip_overdue_reminders(aggregate, now)
    return HandlingResult(), None


def _troubled(aggregate: TicketAggregate, message: AttentionChanged, now: datetime) -> Taken:
    known = {reason.value: reason for reason in Attention}
    reason = known.get(message.attention, Attention.PARTNER_CONTRACT_FAULT)
    if message.cleared:
        aggregate.remove_attention(frozenset({reason}))
    elif reason in EMAIL_ATTENTION or aggregate.ticket.state in (
        State.VALIDATED,
        State.SENT_TO_PARTNER,
    ):
        aggregate.add_attention(reason)
        if reason in PERMANENT_DELIVERY_FAILURES:
            aggregate.change(delivery_purpose=None)
    return HandlingResult(), None


def _information(aggregate: TicketAggregate, request: InformationAnswer) -> Taken:
    """Let the form be asked first, where an answer is waited for at all."""
    if aggregate.can_transition(Event.INFORMATION_PROVIDED):
        return HandlingResult(information_to_check=request), None
    return HandlingResult(
        result=aggregate.record_result(request, RefusalCode.ACTION_NOT_ALLOWED)
    ), RefusalCode.ACTION_NOT_ALLOWED


def apply_information(
    aggregate: TicketAggregate,
    request: InformationAnswer,
    now: datetime,
    code: str | None = None,
    problems: Mapping[str, str] | None = None,
) -> None:
    """Finish what `hear` left to the form: go on with the answer, or refuse it by `code`."""
    if code is None:
        apply_answer(aggregate, request, now)
    aggregate.record_result(request, code, problems, state_changed=code is None)
    aggregate.log_message(_note(aggregate, request, code or MessageCode.APPLIED, now))


def information_changes(ticket: Ticket, request: InformationAnswer, now: datetime) -> ChangeSet:
    """Return the step that is written if the form takes the member's answer."""
    fork = TicketAggregate(ticket)
    apply_information(fork, request, now)
    return fork.collect_changes()


def _reminder(aggregate: TicketAggregate) -> HandlingResult:
    aggregate.change(reminders_sent=aggregate.ticket.reminders_sent + 1)
    if aggregate.ticket.state is State.SENT_TO_PARTNER:
        return HandlingResult(delivery_purpose=f"reminder-{aggregate.ticket.reminders_sent}")
    remind_member(aggregate)
    return HandlingResult()


def _deadline(aggregate: TicketAggregate, message: DeadlinePassed, now: datetime) -> Taken:
    reminder, due_at = next_reminder(aggregate.ticket), aggregate.ticket.due_at
    if due_at is None or now < due_at:
        # A reminder that comes as late as the deadline itself reminds of nothing.
        return (_reminder(aggregate) if reminder and reminder <= now else _QUIET), None
    if (
        aggregate.is_release_due(now)
        or aggregate.is_settlement_due(now)
        or auto_confirmable_amount(aggregate, now)
    ):
        return _QUIET, None  # whoever drives the course does these: their moment must stay
    aggregate.change(due_at=None)
    if aggregate.ticket.state is State.INFORMATION_REQUESTED:
        return HandlingResult(delivery_purpose=continue_without_answer(aggregate, now)), None
    if aggregate.can_transition(Event.PARTNER_SILENT):
        apply_response_timeout(aggregate, now)
    return HandlingResult(), None


def _unreadable(aggregate: TicketAggregate, message: InvalidMessage, now: datetime) -> Taken:
    return _QUIET, RefusalCode.MALFORMED


def _note(
    aggregate: TicketAggregate,
    message: Message,
    code: str,
    now: datetime,
    unknown: tuple[str, ...] = (),
) -> MessageLogEntry:
    ticket = aggregate.ticket
    seq = len(ticket.transitions) if code == MessageCode.APPLIED else None
    note = log_entry(message, code, now, unknown).model_copy(update={"seq": seq})
    contradicts = is_discrepancy(message, code, ticket.state, ticket.granted_amount, now)
    return mark_discrepancy(note) if contradicts else note


_HANDLERS: Final[dict[type, Callable[[TicketAggregate, Any, datetime], Taken]]] = {
    PartnerOutcome: _outcome,
    RewardRegistered: _registered,
    TicketCommand: _request,
    Delivered: _delivered,
    AttentionChanged: _troubled,
    DeadlinePassed: _deadline,
    InvalidMessage: _unreadable,
}
