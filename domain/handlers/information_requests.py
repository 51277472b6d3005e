"""The loop for more information: a question to the member, the answer, or none in time."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.handlers.response_deadlines import ask_member, resume_partners_clock
from domain.tickets.emails import EmailKind, OutgoingEmail
from domain.tickets.lifecycle import Event, State
from domain.tickets.messages import InformationAnswer, InformationRequest, RejectionReason
from domain.tickets.ticket import Ticket
from domain.tickets.ticket_aggregate import SYSTEM, TicketAggregate
from domain.values.periods import end_of_day

NOT_NOW: Final = "action_not_allowed"
OPEN_WITHOUT_DEADLINE: Final = timedelta(days=30)
"""How long the page for an answer opens after a question that has no deadline."""


def ask(course: TicketAggregate, questions: tuple[str, ...], now: datetime, actor: str) -> None:
    """Ask the member (`questions` name fields of the form, or are free words)."""
    ask_member(course, now)
    course.change(questions=questions, question_count=course.ticket.question_count + 1)
    to = State.INFORMATION_REQUESTED
    course.move(Event.INFORMATION_REQUESTED, to, now, actor, letter=_params(course.ticket))


def request_information(
    course: TicketAggregate, request: InformationRequest, now: datetime
) -> str | None:
    """Ask in an agent's name; return the code of a refusal."""
    if not course.may(Event.INFORMATION_REQUESTED):
        return NOT_NOW
    ask(course, request.questions, now, request.actor)
    return None


def provide(course: TicketAggregate, answer: InformationAnswer, now: datetime) -> None:
    """Go on with the member's answer, which the form has been found to take."""
    resume_partners_clock(course, now)
    course.change(questions=())
    course.move(
        Event.INFORMATION_PROVIDED, State.SENT_TO_PARTNER, now, answer.actor, note=answer.note
    )
    course.change(delivery_purpose=information_purpose(course.ticket))


def do_without(course: TicketAggregate, now: datetime) -> str | None:
    """Go on without an answer, as the profile says; return the purpose of a delivery."""
    if course.ticket.terms.information.on_timeout == "reject":
        reason = RejectionReason.NO_ANSWER
        event = Event.INFORMATION_NOT_PROVIDED
        course.move(event, State.REJECTED, now, SYSTEM, reason=reason)
        return None
    resume_partners_clock(course, now)
    course.change(questions=())
    course.move(Event.INFORMATION_NOT_PROVIDED, State.SENT_TO_PARTNER, now, SYSTEM)
    return information_purpose(course.ticket)


def remind_member(course: TicketAggregate) -> None:
    """Send the questions once more."""
    ticket = course.ticket
    kind = EmailKind.INFORMATION_NEEDED
    key = f"{len(ticket.transitions)}-{kind}-{ticket.reminders_sent}"
    course.remind(
        OutgoingEmail(key=key, kind=kind, language=ticket.language, params=_params(ticket))
    )


def information_purpose(ticket: Ticket) -> str:
    """Return the purpose under which the partner gets what came of its question."""
    return f"information-{ticket.question_count}"


def answer_page_closes_at(answer_by: str | None, asked_at: datetime, zone: ZoneInfo) -> datetime:
    """Return until when the link of a question's letter opens its page: the end of the last day.

    `answer_by` is the ISO day that the letter names. The same letter always gives the same moment.
    """
    if answer_by is None:
        return asked_at + OPEN_WITHOUT_DEADLINE
    return end_of_day(date.fromisoformat(answer_by), zone)


def _params(ticket: Ticket) -> dict[str, object]:
    zone = ticket.terms.market.zone
    due_at = ticket.due_at.astimezone(zone).date().isoformat() if ticket.due_at else None
    return {"questions": list(ticket.questions), "answer_by": due_at}
