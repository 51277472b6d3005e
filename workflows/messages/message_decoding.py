"""Decodes raw payloads into messages; what cannot be decoded becomes an `InvalidMessage`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from temporalio import workflow
from temporalio.common import RawValue

from domain.admission.admission import AdmissionRequest
from domain.claims.claim_digest import claim_digest
from domain.tickets.messages.commands import UPDATES
from domain.tickets.messages.internal import InvalidMessage
from domain.tickets.messages.message import Message
from domain.tickets.messages.signals import SIGNALS
from domain.values.json_text import MAX_MESSAGE_BYTES, parse_json
from domain.values.parsing import parse_message

_JSON_ENCODING: Final = b"json/plain"
_NON_JSON_ENCODINGS: Final = frozenset(
    {b"binary/null", b"binary/plain", b"json/protobuf", b"binary/protobuf"}
)
"""Encodings of clients that send no JSON; any other encoding is that of a codec."""
_KNOWN_ENCODINGS: Final = _NON_JSON_ENCODINGS | {_JSON_ENCODING}
MAX_SIGNAL_BYTES: Final = 64 * 1024
"""Bytes of a signal or an update."""


class UnknownEncoding(Exception):
    """A payload that a codec must decode first, so that its content cannot be judged.

    Not a failure of the ticket: raised in `run`, it fails the workflow task, which Temporal
    retries until a worker has the codec.
    """


def decode_json(args: Sequence[RawValue], max_bytes: int = MAX_MESSAGE_BYTES) -> object:
    """Return the JSON of a single argument; `None` if it is no JSON, or not a single argument.

    Raises `UnknownEncoding` for a payload that a codec has written.
    """
    encodings = [one.payload.metadata.get("encoding", b"") for one in args]
    if unknown := [one for one in encodings if one not in _KNOWN_ENCODINGS]:
        raise UnknownEncoding(f"no codec for a payload with the encoding {unknown[0][:60]!r}")
    return parse_json(args[0].payload.data, max_bytes) if encodings == [_JSON_ENCODING] else None


def exceeds_size_limit(args: Sequence[RawValue]) -> bool:
    """Return whether a message is too long; one that a codec must decode first is not judged."""
    plain = all(one.payload.metadata.get("encoding") == _JSON_ENCODING for one in args)
    return plain and sum(len(one.payload.data) for one in args) > MAX_SIGNAL_BYTES


def decode_admission_request(args: Sequence[RawValue]) -> AdmissionRequest:
    """Build the request for admission from the workflow's input, valid or not."""
    claim, info = decode_json(args), workflow.info()
    return AdmissionRequest(
        number=info.workflow_id,
        run_id=info.first_execution_run_id,
        digest=claim_digest(claim),
        claim=args[0].payload.data.decode() if claim is not None else "null",
        started_at=info.workflow_start_time,
    )


@dataclass(frozen=True)
class DecodedMessage:
    """A message, and the names of its unknown fields."""

    message: Message
    unknown_fields: tuple[str, ...] = ()


def decode_signal(name: str, args: Sequence[RawValue]) -> DecodedMessage:
    """Decode a signal; an `InvalidMessage` if it cannot be."""
    model = SIGNALS.get(name)
    if model is None:
        name = name[:60].replace("\x00", "\ufffd")
        return DecodedMessage(InvalidMessage(message=name, problems={"": "no such signal"}))
    parsed = parse_message(model, decode_json(args))
    invalid = InvalidMessage(message=name, problems=parsed.problems)
    return DecodedMessage(parsed.value or invalid, parsed.unknown_fields)


def decode_update(name: str, args: Sequence[RawValue]) -> DecodedMessage:
    """Decode an update; an `InvalidMessage` if it cannot be."""
    parsed = parse_message(UPDATES[name], decode_json(args))
    invalid = InvalidMessage(message=name, problems=parsed.problems)
    return DecodedMessage(parsed.value or invalid, parsed.unknown_fields)
