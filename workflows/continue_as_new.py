"""What a ticket takes along when its history is continued as a new one: everything it knows."""

from collections.abc import Sequence
from typing import Any, Final

from temporalio import workflow
from temporalio.common import RawValue

from domain.admission.admission import Admission
from domain.tickets.ticket import Ticket
from domain.values.types import FrozenModel
from workflows.activity_options import run_durably
from workflows.background_tasks import BackgroundTasks, PendingEmail
from workflows.message_decoding import decode_json
from workflows.message_queue import MessageQueue, PendingSignal

with workflow.unsafe.imports_passed_through():
    from activities.emails import OutgoingEmailRef
    from activities.persistence import Persistence
    from domain.admission.resumption import RESUME, ResumeRequest

CONTINUED_KEY: Final = "continued"
MAX_INPUT_BYTES: Final = 2 * 1024 * 1024
"""Bytes; Temporal takes no more."""


class ContinuedState(FrozenModel):
    """The state of a running ticket between two histories."""

    admission: Admission
    ticket: Ticket
    pending_emails: tuple[PendingEmail, ...] = ()
    delivery_purpose: str | None = None
    pending_signals: tuple[PendingSignal, ...] = ()


def to_input(
    admission: Admission, ticket: Ticket, tasks: BackgroundTasks, queue: MessageQueue
) -> dict[str, Any]:
    """Return the input of the next run."""
    carried = ContinuedState(
        admission=admission.model_copy(update={"ticket": None, "emails": ()}),
        ticket=ticket,
        pending_emails=tuple(tasks.pending_emails),
        delivery_purpose=tasks.delivery_purpose,
        pending_signals=queue.pending_signals(),
    )
    return {CONTINUED_KEY: carried.model_dump(mode="json")}


def from_input(args: Sequence[RawValue]) -> ContinuedState | None:
    """Return what the run before this one left; `None` for a first run, whatever it was given."""
    if workflow.info().continued_run_id is None:
        return None
    told = decode_json(args, MAX_INPUT_BYTES)
    if not isinstance(told, dict) or CONTINUED_KEY not in told:
        raise AssertionError("a ticket is never admitted once more: what was left is not readable")
    return ContinuedState.model_validate(told[CONTINUED_KEY])


async def load_resumption(args: Sequence[RawValue]) -> ContinuedState | None:
    """Return the ticket that this run is to lead in place of one that Temporal ended or lost.

    The input only asks for it; what is led, and by which run, the database says.
    """
    if decode_json(args) != RESUME:
        return None
    info = workflow.info()
    request = ResumeRequest(number=info.workflow_id, run_id=info.first_execution_run_id)
    found = await run_durably(Persistence.resume, request, "take the ticket up again")
    if found is None:
        return None
    return ContinuedState(
        admission=found.admission,
        ticket=found.ticket,
        pending_emails=tuple(
            PendingEmail(ref=OutgoingEmailRef(number=info.workflow_id, key=one.key), kind=one.kind)
            for one in found.emails
        ),
        delivery_purpose=found.delivery_purpose,
    )
