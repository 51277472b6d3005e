"""From raw payloads to messages: whatever came, something readable comes out."""

from collections.abc import Sequence
from typing import Final

from temporalio import workflow
from temporalio.common import RawValue

from domain.admission.admission import AdmissionRequest
from domain.claims import parsing
from domain.claims.claim_digest import claim_digest
from domain.claims.parsing import parse_json, parse_message
from domain.tickets.messages import SIGNALS, UPDATES, InvalidMessage, Message, TicketCommand

_JSON_ENCODING: Final = b"json/plain"
_NON_JSON_ENCODINGS: Final = frozenset(
    {b"binary/null", b"binary/plain", b"json/protobuf", b"binary/protobuf"}
)
"""What any client writes that sends no JSON; all else, a codec has written."""
MAX_SIGNAL_BYTES: Final = 64 * 1024
"""Bytes of a signal or an update."""


class UnknownEncoding(Exception):
    """A payload that some codec would have to take first: it says nothing about what was sent.

    No failure of the ticket. Raised in `run`, it fails the workflow task, which Temporal tries
    again until a worker comes that has the codec.
    """


def decode_json(args: Sequence[RawValue], longest: int = parsing.MAX_MESSAGE_BYTES) -> object:
    """Return the JSON that was sent; `None` for what is none, or for several arguments or none.

    Raises `UnknownEncoding` for a payload that this worker cannot judge.
    """
    encodings = [one.payload.metadata.get("encoding", b"") for one in args]
    if strange := [
        one for one in encodings if one != _JSON_ENCODING and one not in _NON_JSON_ENCODINGS
    ]:
        raise UnknownEncoding(f"a payload is encoded as {strange[0][:60]!r}: no codec took it")
    return parse_json(args[0].payload.data, longest) if encodings == [_JSON_ENCODING] else None


def exceeds_size_limit(args: Sequence[RawValue]) -> bool:
    """Say whether a message is longer than any may be, and not for a codec to shorten."""
    plain = all(one.payload.metadata.get("encoding") == _JSON_ENCODING for one in args)
    return plain and sum(len(one.payload.data) for one in args) > MAX_SIGNAL_BYTES


def decode_admission_request(args: Sequence[RawValue]) -> AdmissionRequest:
    """Build the request for admission from the workflow's input, readable or not."""
    claim, info = decode_json(args), workflow.info()
    return AdmissionRequest(
        number=info.workflow_id,
        run_id=info.first_execution_run_id,
        digest=claim_digest(claim),
        claim=args[0].payload.data.decode() if claim is not None else "null",
        started_at=info.workflow_start_time,
    )


def decode_signal(name: str, args: Sequence[RawValue]) -> tuple[Message, tuple[str, ...]]:
    """Read a signal: the message, and the names of its unknown fields."""
    model = SIGNALS.get(name)
    if model is None:
        return InvalidMessage(
            message=name[:60].replace("\x00", "\ufffd"), problems={"": "no such signal"}
        ), ()
    parsing = parse_message(model, decode_json(args))
    unreadable = InvalidMessage(message=name, problems=parsing.problems)
    return parsing.value or unreadable, parsing.unknown_fields


def decode_update(
    name: str, args: Sequence[RawValue]
) -> tuple[TicketCommand | InvalidMessage, tuple[str, ...]]:
    """Read an update: the request, and the names of its unknown fields."""
    parsing = parse_message(UPDATES[name], decode_json(args))
    unreadable = InvalidMessage(message=name, problems=parsing.problems)
    return parsing.value or unreadable, parsing.unknown_fields
