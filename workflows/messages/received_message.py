"""Signals and updates as they were received: decoded late, answered by their future."""

import asyncio
import base64
from collections.abc import Mapping, Sequence

from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from domain.codes import RefusalCode
from domain.handlers.commands.earlier_results import result_for_command
from domain.tickets.changes.request_result import RequestResult, StoredRequestResult
from domain.tickets.messages.commands import TicketCommand
from domain.tickets.messages.internal import InvalidMessage
from domain.tickets.messages.message import Message
from domain.values.types import FrozenModel
from workflows.messages import message_decoding
from workflows.messages.message_decoding import DecodedMessage


class ReceivedMessage:
    """A signal or an update; the sender of an update waits for `result`."""

    def __init__(self, name: str, args: Sequence[RawValue], sequence: int) -> None:
        """Store the arguments, unless they are longer than any message may be."""
        self.name, self.sequence = name, sequence
        self.args = () if message_decoding.exceeds_size_limit(args) else tuple(args)
        self.size = len(name) + sum(len(one.payload.data) for one in self.args)
        self.result: asyncio.Future[RequestResult] | None = None

    def decode(self) -> DecodedMessage:
        """Decode it; raises `UnknownEncoding`, which fails the workflow task and loses nothing."""
        if self.result is None:
            return message_decoding.decode_signal(self.name, self.args)
        return message_decoding.decode_update(self.name, self.args)

    def resolve(self, result: RequestResult) -> None:
        """Return the result of an update; a refusal is an error with its code."""
        if result.code:
            self.reject(result.code, result.problems)
        elif self.result and not self.result.done():
            self.result.set_result(result)

    def reject(self, code: str, problems: Mapping[str, str] | None = None) -> None:
        """Fail an update with `code`."""
        if self.result and not self.result.done():
            self.result.set_exception(ApplicationError(code, dict(problems or {}), type=code))


class PendingSignal(FrozenModel):
    """A signal that waits while a history is continued: its payloads serialised, in base64."""

    name: str
    payloads: tuple[str, ...]

    @classmethod
    def of(cls, received: ReceivedMessage) -> "PendingSignal":
        """Serialise a signal."""
        payloads = (arg.payload.SerializeToString() for arg in received.args)
        encoded = tuple(base64.b64encode(payload).decode() for payload in payloads)
        return cls(name=received.name, payloads=encoded)

    def arguments(self) -> list[RawValue]:
        """Return the signal's arguments as they were received."""
        return [RawValue(Payload.FromString(base64.b64decode(one))) for one in self.payloads]


def decode(received: ReceivedMessage | Message) -> DecodedMessage:
    """Decode what was taken from the queue; the ticket's own messages need no decoding."""
    return received.decode() if isinstance(received, ReceivedMessage) else DecodedMessage(received)


def send_result(
    received: ReceivedMessage | Message, message: Message, first: StoredRequestResult | None
) -> None:
    """Return `first`, the result stored for a command's id, to the sender of an update."""
    if first and isinstance(received, ReceivedMessage) and isinstance(message, TicketCommand):
        received.resolve(result_for_command(first, message))


def reject(received: ReceivedMessage | Message, message: Message, code: str) -> bool:
    """Reject an update: as `malformed` if it is invalid, else with `code`.

    Returns whether it was a valid command, of which nothing is logged.
    """
    if not isinstance(received, ReceivedMessage):
        return False
    if isinstance(message, InvalidMessage):
        received.reject(RefusalCode.MALFORMED, message.problems)
        return False
    received.reject(code)
    return isinstance(message, TicketCommand)
