"""What each message does to a ticket (product.md, "The life of a ticket").

A message that no arrow allows moves nothing: it is kept with a code that says why, and its sender
is told where somebody waits for an answer. Nothing here raises for what came from outside.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from domain.handlers.commands import first_answer, take_request
from domain.handlers.information_requests import NOT_NOW, do_without, provide, remind_member
from domain.handlers.partner_outcomes import APPLIED, remember, take_outcome
from domain.handlers.response_deadlines import leave_out_overdue_reminders, next_reminder
from domain.handlers.response_timeout import confirmable, fall_silent
from domain.tickets.approvals import NEEDED
from domain.tickets.discrepancies import as_discrepancy, is_discrepancy
from domain.tickets.lifecycle import Event, State
from domain.tickets.message_log import note_of
from domain.tickets.messages import (
    AttentionChanged,
    DeadlinePassed,
    Delivered,
    InformationAnswer,
    InvalidMessage,
    Message,
    PartnerOutcome,
    RewardRegistered,
    TicketCommand,
)
from domain.tickets.ticket import (
    PERMANENT_DELIVERY_FAILURES,
    Attention,
    ChangeSet,
    MessageLogEntry,
    StoredRequestResult,
    Ticket,
)
from domain.tickets.ticket_aggregate import ABOUT_DELIVERY, ABOUT_MAIL, TicketAggregate
from domain.values.types import FrozenModel


class HandlingResult(FrozenModel):
    """What follows from a message, besides what is to be written down.

    `quiet`: nothing but a note, which may wait for the next writing. `deliver`: the purpose for
    which the claim goes to the partner now. `answer`: for whoever asked.
    """

    quiet: bool = False
    deliver: str | None = None
    answer: StoredRequestResult | None = None
    check: InformationAnswer | None = None


_QUIET: Final = HandlingResult(quiet=True)


def hear(
    course: TicketAggregate,
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
        taken: Taken = HandlingResult(answer=course.answer(message, against)), against
    else:
        taken = _HANDLERS[model](course, message, now)
    heard, code = taken
    if code:
        course.note(_note(course, message, code, now, unknown))
    if heard.deliver:
        course.change(delivery_purpose=heard.deliver)
    return heard


Taken = tuple[HandlingResult, str | None]
"""What follows, and the code under which the message is kept; our own messages are not kept."""


def _outcome(course: TicketAggregate, outcome: PartnerOutcome, now: datetime) -> Taken:
    course.acknowledge(outcome.outcome_id)
    code = take_outcome(course, outcome, now)
    return HandlingResult(quiet=code != APPLIED), code


def _request(course: TicketAggregate, request: TicketCommand, now: datetime) -> Taken:
    if first := first_answer(course, request):
        return HandlingResult(quiet=True, answer=first), None
    if isinstance(request, InformationAnswer):
        return _information(course, request)
    answer, deliver = take_request(course, request, now)
    done = NEEDED if answer.awaits_approval else APPLIED
    return HandlingResult(deliver=deliver, answer=answer), answer.code or done


def _registered(course: TicketAggregate, message: RewardRegistered, now: datetime) -> Taken:
    key = f"reward:{message.reward_id}"
    if key in course.ticket.processed_message_ids:
        return _QUIET, "duplicate_message"
    remember(course, key)
    if not course.may(Event.REWARD_REGISTERED, State.RESOLVED):
        return _QUIET, NOT_NOW
    course.move(Event.REWARD_REGISTERED, State.RESOLVED, now, "platform")
    return HandlingResult(), APPLIED


def _delivered(course: TicketAggregate, message: Delivered, now: datetime) -> Taken:
    reference = message.reference or course.ticket.partner_reference
    course.change(partner_reference=reference, delivery_purpose=None)
    course.attend(drop=ABOUT_DELIVERY)
    if course.may(Event.CLAIM_SENT, State.SENT_TO_PARTNER):
        course.move(Event.CLAIM_SENT, State.SENT_TO_PARTNER, now)
        leave_out_overdue_reminders(course, now)
    return HandlingResult(), None


def _troubled(course: TicketAggregate, message: AttentionChanged, now: datetime) -> Taken:
    known = {reason.value: reason for reason in Attention}
    reason = known.get(message.attention, Attention.PARTNER_CONTRACT_FAULT)
    if message.over:
        course.attend(drop=frozenset({reason}))
    elif reason in ABOUT_MAIL or course.ticket.state in (State.VALIDATED, State.SENT_TO_PARTNER):
        course.attend(add=reason)
        if reason in PERMANENT_DELIVERY_FAILURES:
            course.change(delivery_purpose=None)
    return HandlingResult(), None


def _information(course: TicketAggregate, request: InformationAnswer) -> Taken:
    """Let the form be asked first, where an answer is waited for at all."""
    if course.may(Event.INFORMATION_PROVIDED):
        return HandlingResult(check=request), None
    return HandlingResult(answer=course.answer(request, NOT_NOW)), NOT_NOW


def hear_answer(
    course: TicketAggregate,
    request: InformationAnswer,
    now: datetime,
    code: str | None = None,
    problems: Mapping[str, str] | None = None,
) -> None:
    """Finish what `hear` left to the form: go on with the answer, or refuse it by `code`."""
    if code is None:
        provide(course, request, now)
    course.answer(request, code, problems, moved=code is None)
    course.note(_note(course, request, code or APPLIED, now))


def foreseen_answer(ticket: Ticket, request: InformationAnswer, now: datetime) -> ChangeSet:
    """Return the step that is written if the form takes the member's answer."""
    fork = TicketAggregate(ticket)
    hear_answer(fork, request, now)
    return fork.write_down()


def _reminder(course: TicketAggregate) -> HandlingResult:
    course.change(reminders_sent=course.ticket.reminders_sent + 1)
    if course.ticket.state is State.SENT_TO_PARTNER:
        return HandlingResult(deliver=f"reminder-{course.ticket.reminders_sent}")
    remind_member(course)
    return HandlingResult()


def _deadline(course: TicketAggregate, message: DeadlinePassed, now: datetime) -> Taken:
    reminder, due_at = next_reminder(course.ticket), course.ticket.due_at
    if due_at is None or now < due_at:
        # A reminder that comes as late as the deadline itself reminds of nothing.
        return (_reminder(course) if reminder and reminder <= now else _QUIET), None
    if course.release_due(now) or course.settlement_due(now) or confirmable(course, now):
        return _QUIET, None  # whoever drives the course does these: their moment must stay
    course.change(due_at=None)
    if course.ticket.state is State.INFORMATION_REQUESTED:
        return HandlingResult(deliver=do_without(course, now)), None
    if course.may(Event.PARTNER_SILENT):
        fall_silent(course, now)
    return HandlingResult(), None


def _unreadable(course: TicketAggregate, message: InvalidMessage, now: datetime) -> Taken:
    return _QUIET, "malformed"


def _note(
    course: TicketAggregate,
    message: Message,
    code: str,
    now: datetime,
    unknown: tuple[str, ...] = (),
) -> MessageLogEntry:
    ticket = course.ticket
    seq = len(ticket.transitions) if code == APPLIED else None
    note = note_of(message, code, now, unknown).model_copy(update={"seq": seq})
    contradicts = is_discrepancy(message, code, ticket.state, ticket.granted_amount, now)
    return as_discrepancy(note) if contradicts else note


_HANDLERS: Final[dict[type, Callable[[TicketAggregate, Any, datetime], Taken]]] = {
    PartnerOutcome: _outcome,
    RewardRegistered: _registered,
    TicketCommand: _request,
    Delivered: _delivered,
    AttentionChanged: _troubled,
    DeadlinePassed: _deadline,
    InvalidMessage: _unreadable,
}
