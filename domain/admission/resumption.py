"""A ticket restored from the database for a new run of its workflow."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from domain.admission.admission import Admission
from domain.codes import MessageCode
from domain.tickets.attention import PERMANENT_DELIVERY_FAILURES
from domain.tickets.changes.emails import OutgoingEmail
from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.changes.transition import Transition
from domain.tickets.states import State
from domain.tickets.ticket import Ticket
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


def restore_ticket(
    row: Mapping[str, Any],
    transitions: Sequence[Mapping[str, Any]],
    results: Sequence[Mapping[str, Any]],
    messages: Sequence[Mapping[str, Any]],
    emails: Sequence[Mapping[str, Any]],
) -> Resumption:
    """Rebuild a ticket from its rows; `results` and `messages` come newest first.

    Texts of people stay in the database, in e-mails and transitions: together they may exceed
    Temporal's payload limit.
    """
    admission = Admission.model_validate(row["admission"])
    if admission.ticket is None:
        raise AssertionError("only an accepted claim has a ticket")
    state = {
        **row["resume_state"],
        "terms": admission.ticket.terms,
        "resumptions": row["resumptions"],
        "version": row["version"],
        "transitions": tuple(_transition(one) for one in transitions),
        "recent_results": tuple(
            StoredRequestResult.model_validate(one["result"]) for one in reversed(results)
        ),
        "processed_message_ids": tuple(
            f"{_PREFIX[one['message']]}:{one['message_id']}"
            for one in reversed(messages)
            if one["code"] not in _NOT_REMEMBERED
        ),
    }
    ticket = _count_first_delivery(Ticket.model_validate(state))
    return Resumption(
        admission=admission.model_copy(update={"ticket": None, "emails": ()}),
        ticket=ticket,
        emails=tuple(OutgoingEmail.model_validate({**one, "params": {}}) for one in emails),
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


def _transition(row: Mapping[str, Any]) -> Transition:
    fields = dict(row)
    return Transition.model_validate({**fields, "to": fields.pop("to_state"), "note": None})
