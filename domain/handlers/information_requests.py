"""Questions to the member, the answer, and what follows if there is none in time (R31, R34)."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.changes.emails import EmailKind, OutgoingEmail
from domain.tickets.messages.commands import InformationAnswer
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.states import Event, State
from domain.tickets.ticket import Ticket
from domain.values.periods import end_of_day

DEFAULT_LINK_VALIDITY: Final = timedelta(days=30)
"""How long the answer link of a question without a deadline is valid."""


def ask_member(
    aggregate: TicketAggregate, questions: tuple[str, ...], now: datetime, actor: str
) -> None:
    """Ask the member; `questions` are names of form fields, or free text."""
    aggregate.pause_partner_deadline(now)
    aggregate.set_questions(questions)
    event, to = Event.INFORMATION_REQUESTED, State.INFORMATION_REQUESTED
    params = _question_params(aggregate.ticket)
    aggregate.apply_transition(event, to, now, actor, email_params=params)


def apply_answer(aggregate: TicketAggregate, answer: InformationAnswer, now: datetime) -> None:
    """Return the claim to the partner, with answers that the form has accepted."""
    event, to = Event.INFORMATION_PROVIDED, State.SENT_TO_PARTNER
    aggregate.resume_partner_deadline(now)
    aggregate.clear_questions()
    aggregate.apply_transition(event, to, now, answer.actor, note=answer.note)
    aggregate.set_delivery(information_purpose(aggregate.ticket))


def continue_without_answer(aggregate: TicketAggregate, now: datetime) -> str | None:
    """Reject, or continue without the answer, as the profile says; return a delivery purpose."""
    event = Event.INFORMATION_NOT_PROVIDED
    if aggregate.ticket.terms.information.on_timeout == "reject":
        reason = RejectionReason.NO_ANSWER
        aggregate.apply_transition(event, State.REJECTED, now, reason=reason)
        return None
    aggregate.resume_partner_deadline(now)
    aggregate.clear_questions()
    aggregate.apply_transition(event, State.SENT_TO_PARTNER, now)
    return information_purpose(aggregate.ticket)


def remind_member(aggregate: TicketAggregate) -> None:
    """Send the questions once more."""
    ticket, kind = aggregate.ticket, EmailKind.INFORMATION_NEEDED
    key, params = f"{len(ticket.transitions)}-{kind}-{ticket.reminders_sent}", _question_params
    email = OutgoingEmail(key=key, kind=kind, language=ticket.language, params=params(ticket))
    aggregate.queue_email(email)


def information_purpose(ticket: Ticket) -> str:
    """Return the purpose under which the partner gets the outcome of its question."""
    return f"information-{ticket.question_count}"


def answer_link_expires_at(answer_by: str | None, asked_at: datetime, zone: ZoneInfo) -> datetime:
    """Return when the answer link of a question expires: at the end of the last day.

    `answer_by` is the ISO date in the e-mail. The same e-mail always gives the same time.
    """
    if answer_by is None:
        return asked_at + DEFAULT_LINK_VALIDITY
    return end_of_day(date.fromisoformat(answer_by), zone)


def _question_params(ticket: Ticket) -> dict[str, object]:
    zone = ticket.terms.market.zone
    answer_by = ticket.due_at.astimezone(zone).date().isoformat() if ticket.due_at else None
    return {"questions": list(ticket.questions), "answer_by": answer_by}
