"""From raw payloads to messages: whatever came, something readable comes out."""

from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue

from domain.admission import AdmissionRequest
from domain.claim_digest import claim_digest
from domain.messages import SIGNALS, UPDATES, Message, Request, Unreadable
from domain.reading import parse, read_message

_JSON = b"json/plain"


def content(args: Sequence[RawValue]) -> object:
    """Return the JSON that was sent; `None` for any other number of arguments or encoding."""
    if len(args) != 1 or args[0].payload.metadata.get("encoding") != _JSON:
        return None
    return parse(args[0].payload.data)


def admission_request(args: Sequence[RawValue]) -> AdmissionRequest:
    """Build the request for admission from the workflow's input, readable or not."""
    claim, info = content(args), workflow.info()
    return AdmissionRequest(
        number=info.workflow_id,
        run_id=info.first_execution_run_id,
        digest=claim_digest(claim),
        claim=args[0].payload.data.decode() if claim is not None else "null",
        started_at=info.workflow_start_time,
    )


def signal_message(name: str, args: Sequence[RawValue]) -> tuple[Message, tuple[str, ...]]:
    """Read a signal: the message, and the names of its unknown fields."""
    model = SIGNALS.get(name)
    if model is None:
        return Unreadable(
            message=name[:60].replace("\x00", "\ufffd"), problems={"": "no such signal"}
        ), ()
    reading = read_message(model, content(args))
    unreadable = Unreadable(message=name, problems=reading.problems)
    return reading.value or unreadable, reading.unknown


def update_request(
    name: str, args: Sequence[RawValue]
) -> tuple[Request | Unreadable, tuple[str, ...]]:
    """Read an update: the request, and the names of its unknown fields."""
    reading = read_message(UPDATES[name], content(args))
    unreadable = Unreadable(message=name, problems=reading.problems)
    return reading.value or unreadable, reading.unknown
