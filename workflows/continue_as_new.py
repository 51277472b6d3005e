"""Continue-as-new: the whole state of a ticket goes from one history to the next."""

from collections.abc import Sequence
from typing import Final

from temporalio import workflow
from temporalio.common import RawValue

from activities.emails import OutgoingEmailRef
from activities.persistence import Persistence
from domain.admission.admission import Admission
from domain.admission.resumption import RESUME, ResumeRequest
from domain.tickets.ticket import Ticket
from domain.values.stored import read_stored
from domain.values.types import FrozenModel
from workflows.activity_calls.execution import run_durably
from workflows.messages.message_decoding import decode_json
from workflows.messages.received_message import PendingSignal
from workflows.ticket_tasks import PendingEmail

CONTINUED_KEY: Final = "continued"
MAX_INPUT_BYTES: Final = 2 * 1024 * 1024
"""Temporal's own limit of a payload."""


class ContinuedState(FrozenModel):
    """The state of a running ticket between two histories."""

    admission: Admission
    ticket: Ticket
    pending_emails: tuple[PendingEmail, ...] = ()
    delivery_purpose: str | None = None
    pending_signals: tuple[PendingSignal, ...] = ()


def to_input(state: ContinuedState) -> dict[str, object]:
    """Return the input of the next run, as JSON."""
    return {CONTINUED_KEY: state.model_dump(mode="json")}


def from_input(args: Sequence[RawValue]) -> ContinuedState | None:
    """Return the state that the previous run left; `None` for a first run with any input."""
    if workflow.info().continued_run_id is None:
        return None
    payload = decode_json(args, MAX_INPUT_BYTES)
    if not isinstance(payload, dict) or CONTINUED_KEY not in payload:
        raise AssertionError("the previous run left no readable state: a ticket is admitted once")
    return read_stored(ContinuedState, payload[CONTINUED_KEY])


async def load_resumption(args: Sequence[RawValue]) -> ContinuedState | None:
    """Return the stored state of a ticket whose workflow Temporal ended or lost, to go on from.

    The input only asks for it: the database decides which run may process the ticket.
    """
    if decode_json(args) != RESUME:
        return None
    info = workflow.info()
    request = ResumeRequest(number=info.workflow_id, run_id=info.first_execution_run_id)
    resumption = await run_durably(Persistence.resume, request, "resume the ticket")
    if resumption is None:
        return None
    return ContinuedState(
        admission=resumption.admission,
        ticket=resumption.ticket,
        pending_emails=tuple(
            PendingEmail(ref=OutgoingEmailRef(number=info.workflow_id, key=one.key), kind=one.kind)
            for one in resumption.emails
        ),
        delivery_purpose=resumption.delivery_purpose,
    )
