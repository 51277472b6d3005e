"""The messages that wait for a ticket, raw and in their order (docs/decisions/0052).

Whoever puts one in does no work: thousands may come in one activation, which has two seconds.
"""

import asyncio
import base64
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from domain.codes import RefusalCode
from domain.handlers.commands import result_for_command
from domain.tickets.messages import InvalidMessage, Message, TicketCommand
from domain.tickets.ticket import RequestResult, StoredRequestResult
from domain.values.types import FrozenModel
from workflows import message_decoding

PRIORITY_THRESHOLD: Final = 20
"""With more signals waiting, requests and our own messages go first: no agent waits for a flood."""

Read = tuple[Message, tuple[str, ...]]
"""A message, and the names of its unknown fields."""


class PendingSignal(FrozenModel):
    """A signal as the next run takes it over: its payloads serialised, in base64."""

    name: str
    payloads: tuple[str, ...]


class ReceivedMessage:
    """A signal or an update as it came; `result` is what the sender of an update waits for."""

    def __init__(self, name: str, args: Sequence[RawValue], sequence: int) -> None:
        """Keep what came; what is too long to be read is not kept."""
        self.name, self.sequence = name, sequence
        self.args = () if message_decoding.exceeds_size_limit(args) else tuple(args)
        self.size = len(name) + sum(len(one.payload.data) for one in self.args)
        self.result: asyncio.Future[RequestResult] | None = None

    def decode(self) -> Read:
        """Read it; raises `UnknownEncoding`, which fails the workflow task and loses nothing."""
        if self.result is None:
            return message_decoding.decode_signal(self.name, self.args)
        return message_decoding.decode_update(self.name, self.args)

    def resolve(self, answer: RequestResult) -> None:
        """Give a request its answer; a refusal carries its code."""
        if answer.code:
            self.reject(answer.code, answer.problems)
        elif self.result and not self.result.done():
            self.result.set_result(answer)

    def reject(self, code: str, problems: Mapping[str, str] | None = None) -> None:
        """Refuse a request."""
        if self.result and not self.result.done():
            self.result.set_exception(ApplicationError(code, dict(problems or {}), type=code))


class MessageQueue:
    """What waits: signals, and what goes before them when they are many."""

    def __init__(self) -> None:
        """Be empty."""
        self._signals: deque[ReceivedMessage] = deque()
        self._urgent: deque[tuple[int, ReceivedMessage | Message]] = deque()
        self._last_sequence = 0
        self.is_closing = False
        """Whether the history is about to be continued: requests go first and no new ones come."""
        self.size = 0
        """Bytes of the signals that wait."""

    def __bool__(self) -> bool:
        """Say whether anything waits."""
        return bool(self._signals or self._urgent)

    @property
    def has_urgent(self) -> bool:
        """Say whether anything waits that cannot be taken over by another run."""
        return bool(self._urgent)

    def add(self, message: Message) -> None:
        """Add a message of the ticket's own work."""
        self._urgent.append((self._next_sequence(), message))

    def add_signal(self, name: str, args: Sequence[RawValue]) -> None:
        """Add a signal."""
        received = ReceivedMessage(name, args, self._next_sequence())
        self._signals.append(received)
        self.size += received.size

    def add_request(self, name: str, args: Sequence[RawValue]) -> asyncio.Future[RequestResult]:
        """Add a request; return what its answer will come to."""
        received = ReceivedMessage(name, args, self._next_sequence())
        received.result = asyncio.get_running_loop().create_future()
        self._urgent.append((received.sequence, received))
        return received.result

    def pop(self) -> ReceivedMessage | Message:
        """Take out the message whose turn it is; the queue must not be empty."""
        hurries = self.is_closing or len(self._signals) > PRIORITY_THRESHOLD
        if self._urgent and (
            hurries or not self._signals or self._urgent[0][0] < self._signals[0].sequence
        ):
            return self._urgent.popleft()[1]
        received = self._signals.popleft()
        self.size -= received.size
        return received

    def reject_requests(self, code: str) -> None:
        """Refuse every request that waits, and drop all else."""
        while self:
            received = self.pop()
            if isinstance(received, ReceivedMessage):
                received.reject(code)

    def pending_signals(self) -> tuple[PendingSignal, ...]:
        """Return the signals that wait, for the next run."""
        return tuple(
            PendingSignal(
                name=one.name,
                payloads=tuple(
                    base64.b64encode(arg.payload.SerializeToString()).decode() for arg in one.args
                ),
            )
            for one in self._signals
        )

    def restore(self, signals: Iterable[PendingSignal]) -> None:
        """Put what the run before left before whatever has come meanwhile."""
        came = [*self._signals]
        self._signals.clear()
        self.size = 0
        for signal in signals:
            payloads = [Payload.FromString(base64.b64decode(one)) for one in signal.payloads]
            self.add_signal(signal.name, [RawValue(payload) for payload in payloads])
        for received in came:
            self._signals.append(received)
            self.size += received.size

    def _next_sequence(self) -> int:
        self._last_sequence += 1
        return self._last_sequence


def decode(waiting: ReceivedMessage | Message) -> Read:
    """Read what was taken out of the queue; our own messages are as they are."""
    return waiting.decode() if isinstance(waiting, ReceivedMessage) else (waiting, ())


def send_result(
    waiting: ReceivedMessage | Message, request: Message, first: StoredRequestResult | None
) -> None:
    """Give whoever sent `waiting` its answer, if it waits for one: the `first` under its key."""
    if first and isinstance(waiting, ReceivedMessage) and isinstance(request, TicketCommand):
        waiting.resolve(result_for_command(first, request))


def reject(waiting: ReceivedMessage | Message, message: Message, code: str) -> bool:
    """Refuse what no ticket takes: `malformed` for what cannot be read, else `code`. Say whether it
    was a request that could be read: nothing of it is kept.
    """
    if not isinstance(waiting, ReceivedMessage):
        return False
    if isinstance(message, InvalidMessage):
        waiting.reject(RefusalCode.MALFORMED, message.problems)
        return False
    waiting.reject(code)
    return isinstance(message, TicketCommand)
