"""A ticket restored from the database for a new run of its workflow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain.admission.admission import Admission
from domain.codes import MessageCode
from domain.tickets.attention import PERMANENT_DELIVERY_FAILURES
from domain.tickets.changes.emails import OutgoingEmail
from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.changes.transition import Transition
from domain.tickets.states import State
from domain.tickets.ticket import Ticket
from domain.values.stored import read_stored
from domain.values.types import FrozenModel

RESUME: Final = {"resume": True}
"""The input of a run that resumes its ticket. It proves nothing: the database decides."""
_NOT_REMEMBERED: Final = frozenset({MessageCode.WRONG_PARTNER, MessageCode.WRONG_TICKET})
_PREFIX: Final = {"partner_outcome": "outcome", "reward_registered": "reward"}


class ResumeRequest(FrozenModel):
    """A run that asks to resume the ticket of its number."""

    number: str
    run_id: str


class Resumption(FrozenModel):
    """The state of a new run: the ticket, unsent e-mails, and the pending delivery."""

    admission: Admission
    ticket: Ticket
    emails: tuple[OutgoingEmail, ...] = ()
    delivery_purpose: str | None = None


@dataclass(frozen=True)
class LoggedMessage:
    """An entry of the message log, as far as it identifies the message."""

    message: str
    message_id: str
    code: str | None


@dataclass(frozen=True)
class StoredTicket:
    """A ticket as the database stores it; `results` and `messages` come newest first.

    `resume_state` is the JSON of the `Ticket` without what the other fields hold.
    """

    admission: Admission
    resume_state: Mapping[str, object]
    resumptions: int
    version: int
    transitions: Sequence[Transition]
    results: Sequence[StoredRequestResult]
    messages: Sequence[LoggedMessage]
    unsent_emails: Sequence[OutgoingEmail]


def restore_ticket(stored: StoredTicket) -> Resumption:
    """Rebuild a ticket from its rows.

    Texts of people stay in the database, in e-mails and transitions: together they may exceed
    Temporal's payload limit.
    """
    admission = stored.admission
    if admission.ticket is None:
        raise AssertionError("only an accepted claim has a ticket")
    state = {
        **stored.resume_state,
        "terms": admission.ticket.terms,
        "resumptions": stored.resumptions,
        "version": stored.version,
        "transitions": tuple(one.model_copy(update={"note": None}) for one in stored.transitions),
        "recent_results": tuple(reversed(stored.results)),
        "processed_message_ids": tuple(
            f"{_PREFIX[one.message]}:{one.message_id}"
            for one in reversed(stored.messages)
            if one.code not in _NOT_REMEMBERED
        ),
    }
    ticket = _count_first_delivery(read_stored(Ticket, state))
    return Resumption(
        admission=admission.model_copy(update={"ticket": None, "emails": ()}),
        ticket=ticket,
        emails=tuple(one.model_copy(update={"params": {}}) for one in stored.unsent_emails),
        delivery_purpose=pending_delivery_purpose(ticket),
    )


def pending_delivery_purpose(ticket: Ticket) -> str | None:
    """Return the purpose of the unfinished delivery, if there is one."""
    if ticket.state is State.VALIDATED:
        return None if PERMANENT_DELIVERY_FAILURES & set(ticket.attention) else "claim"
    return ticket.delivery_purpose if ticket.state is State.SENT_TO_PARTNER else None


def _count_first_delivery(ticket: Ticket) -> Ticket:
    """Count the first delivery: it starts after the stored change set, and from then on the
    partner's messages are accepted.
    """
    started = 1 if pending_delivery_purpose(ticket) else 0
    return ticket.model_copy(update={"delivery_count": max(ticket.delivery_count, started)})
