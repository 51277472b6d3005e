"""The loop for more information: a question to the member, the answer, or none in time."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.codes import RefusalCode
from domain.handlers.response_deadlines import pause_partner_deadline, resume_partner_deadline
from domain.tickets.changes.emails import EmailKind, OutgoingEmail
from domain.tickets.messages.commands import InformationAnswer, InformationRequest
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.states import Event, State
from domain.tickets.ticket import Ticket
from domain.tickets.ticket_aggregate import SYSTEM, TicketAggregate
from domain.values.periods import end_of_day

DEFAULT_LINK_VALIDITY: Final = timedelta(days=30)
"""How long the page for an answer opens after a question that has no deadline."""


def ask_member(
    aggregate: TicketAggregate, questions: tuple[str, ...], now: datetime, actor: str
) -> None:
    """Ask the member (`questions` name fields of the form, or are free words)."""
    pause_partner_deadline(aggregate, now)
    aggregate.change(questions=questions, question_count=aggregate.ticket.question_count + 1)
    to = State.INFORMATION_REQUESTED
    aggregate.apply_transition(
        Event.INFORMATION_REQUESTED, to, now, actor, letter=_email_params(aggregate.ticket)
    )


def request_information(
    aggregate: TicketAggregate, request: InformationRequest, now: datetime
) -> str | None:
    """Ask in an agent's name; return the code of a refusal."""
    if not aggregate.can_transition(Event.INFORMATION_REQUESTED):
        return RefusalCode.ACTION_NOT_ALLOWED
    ask_member(aggregate, request.questions, now, request.actor)
    return None


def apply_answer(aggregate: TicketAggregate, answer: InformationAnswer, now: datetime) -> None:
    """Go on with the member's answer, which the form has been found to take."""
    resume_partner_deadline(aggregate, now)
    aggregate.change(questions=())
    aggregate.apply_transition(
        Event.INFORMATION_PROVIDED, State.SENT_TO_PARTNER, now, answer.actor, note=answer.note
    )
    aggregate.change(delivery_purpose=information_purpose(aggregate.ticket))


def continue_without_answer(aggregate: TicketAggregate, now: datetime) -> str | None:
    """Go on without an answer, as the profile says; return the purpose of a delivery."""
    if aggregate.ticket.terms.information.on_timeout == "reject":
        reason = RejectionReason.NO_ANSWER
        event = Event.INFORMATION_NOT_PROVIDED
        aggregate.apply_transition(event, State.REJECTED, now, SYSTEM, reason=reason)
        return None
    resume_partner_deadline(aggregate, now)
    aggregate.change(questions=())
    aggregate.apply_transition(Event.INFORMATION_NOT_PROVIDED, State.SENT_TO_PARTNER, now, SYSTEM)
    return information_purpose(aggregate.ticket)


def remind_member(aggregate: TicketAggregate) -> None:
    """Send the questions once more."""
    ticket = aggregate.ticket
    kind = EmailKind.INFORMATION_NEEDED
    key = f"{len(ticket.transitions)}-{kind}-{ticket.reminders_sent}"
    aggregate.queue_email(
        OutgoingEmail(key=key, kind=kind, language=ticket.language, params=_email_params(ticket))
    )


def information_purpose(ticket: Ticket) -> str:
    """Return the purpose under which the partner gets what came of its question."""
    return f"information-{ticket.question_count}"


def answer_link_expires_at(answer_by: str | None, asked_at: datetime, zone: ZoneInfo) -> datetime:
    """Return until when the link of a question's letter opens its page: the end of the last day.

    `answer_by` is the ISO day that the letter names. The same letter always gives the same moment.
    """
    if answer_by is None:
        return asked_at + DEFAULT_LINK_VALIDITY
    return end_of_day(date.fromisoformat(answer_by), zone)


def _email_params(ticket: Ticket) -> dict[str, object]:
    zone = ticket.terms.market.zone
    due_at = ticket.due_at.astimezone(zone).date().isoformat() if ticket.due_at else None
    return {"questions": list(ticket.questions), "answer_by": due_at}
