"""A ticket taken up again by a new run of its workflow, from what the database knows of it."""

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
"""The input of a run that is to take its ticket up. It proves nothing: the database decides."""
_NOT_REMEMBERED: Final = frozenset({MessageCode.WRONG_PARTNER, MessageCode.WRONG_TICKET})
_PREFIX: Final = {"partner_outcome": "outcome", "reward_registered": "reward"}


class ResumeRequest(FrozenModel):
    """A run that wants to lead the ticket of its number."""

    number: str
    run_id: str


class Resumption(FrozenModel):
    """What a new run goes on with: the letters that are not sent, and the delivery under way."""

    admission: Admission
    ticket: Ticket
    emails: tuple[OutgoingEmail, ...] = ()
    delivery_purpose: str | None = None


def restore_ticket(
    row: Mapping[str, Any],
    moves: Sequence[Mapping[str, Any]],
    answers: Sequence[Mapping[str, Any]],
    heard: Sequence[Mapping[str, Any]],
    letters: Sequence[Mapping[str, Any]],
) -> Resumption:
    """Put a ticket together again; `answers` and `heard` come with the newest first.

    People's words stay where they are, in the letters and the moves of the database: all of them
    may be more than Temporal takes at once.
    """
    admission = Admission.model_validate(row["admission"])
    if admission.ticket is None:
        raise AssertionError("only a claim that was accepted has a ticket")
    told = {
        **row["resume_state"],
        "terms": admission.ticket.terms,
        "resumptions": row["resumptions"],
        "version": row["version"],
        "transitions": tuple(_move(move) for move in moves),
        "recent_results": tuple(
            StoredRequestResult.model_validate(one["result"]) for one in reversed(answers)
        ),
        "processed_message_ids": tuple(
            f"{_PREFIX[one['message']]}:{one['message_id']}"
            for one in reversed(heard)
            if one["code"] not in _NOT_REMEMBERED
        ),
    }
    ticket = _begun(Ticket.model_validate(told))
    return Resumption(
        admission=admission.model_copy(update={"ticket": None, "emails": ()}),
        ticket=ticket,
        emails=tuple(OutgoingEmail.model_validate({**letter, "params": {}}) for letter in letters),
        delivery_purpose=pending_delivery_purpose(ticket),
    )


def pending_delivery_purpose(ticket: Ticket) -> str | None:
    """Return the purpose of the delivery that has not ended, if there is one."""
    if ticket.state is State.VALIDATED:
        return None if PERMANENT_DELIVERY_FAILURES & set(ticket.attention) else "claim"
    return ticket.delivery_purpose if ticket.state is State.SENT_TO_PARTNER else None


def _begun(ticket: Ticket) -> Ticket:
    """Count the first delivery: it begins after the writing that earned it, and a partner that has
    the claim is heard from then on.
    """
    begun = 1 if pending_delivery_purpose(ticket) else 0
    return ticket.model_copy(update={"delivery_count": max(ticket.delivery_count, begun)})


def _move(row: Mapping[str, Any]) -> Transition:
    told = dict(row)
    return Transition.model_validate({**told, "to": told.pop("to_state"), "note": None})
