"""The messages that wait for a ticket, raw and in their order (docs/decisions).

Adding one does no work: thousands may arrive in one activation, which has two seconds.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from temporalio.common import RawValue

from domain.tickets.changes.request_result import RequestResult
from domain.tickets.messages.message import Message
from workflows.messages.received_message import PendingSignal, ReceivedMessage

PRIORITY_THRESHOLD: Final = 20
"""With more signals waiting, urgent messages go first: an agent does not wait for a flood."""


class MessageQueue:
    """Signals in one queue; updates and the ticket's own messages in another, urgent one."""

    def __init__(self) -> None:
        """Start empty."""
        self._signals: deque[ReceivedMessage] = deque()
        self._urgent: deque[tuple[int, ReceivedMessage | Message]] = deque()
        self._last_sequence = 0
        self.is_closing = False
        """Whether the history is about to be continued: updates go first, new ones are rejected."""
        self.size = 0
        """Bytes of the signals that wait."""

    def __bool__(self) -> bool:
        """Return whether a message waits."""
        return bool(self._signals or self._urgent)

    @property
    def has_urgent(self) -> bool:
        """Return whether anything waits that cannot be passed to another run."""
        return bool(self._urgent)

    def add(self, message: Message) -> None:
        """Add a message of the ticket's own tasks."""
        self._urgent.append((self._next_sequence(), message))

    def add_signal(self, name: str, args: Sequence[RawValue]) -> None:
        """Add a signal."""
        received = ReceivedMessage(name, args, self._next_sequence())
        self._signals.append(received)
        self.size += received.size

    def add_request(self, name: str, args: Sequence[RawValue]) -> asyncio.Future[RequestResult]:
        """Add an update; return the future of its result."""
        received = ReceivedMessage(name, args, self._next_sequence())
        received.result = asyncio.get_running_loop().create_future()
        self._urgent.append((received.sequence, received))
        return received.result

    def pop(self) -> ReceivedMessage | Message:
        """Remove and return the next message; the queue must not be empty."""
        urgent_first = self.is_closing or len(self._signals) > PRIORITY_THRESHOLD
        if self._urgent and (
            urgent_first or not self._signals or self._urgent[0][0] < self._signals[0].sequence
        ):
            return self._urgent.popleft()[1]
        received = self._signals.popleft()
        self.size -= received.size
        return received

    def reject_requests(self, code: str) -> None:
        """Reject every update that waits, and drop all else."""
        while self:
            received = self.pop()
            if isinstance(received, ReceivedMessage):
                received.reject(code)

    def pending_signals(self) -> tuple[PendingSignal, ...]:
        """Return the signals that wait, for the next run."""
        return tuple(PendingSignal.of(signal) for signal in self._signals)

    def restore(self, signals: Iterable[PendingSignal]) -> None:
        """Put the signals of the previous run before those that have arrived since."""
        newer = [*self._signals]
        self._signals.clear()
        self.size = 0
        for signal in signals:
            self.add_signal(signal.name, signal.arguments())
        for received in newer:
            self._signals.append(received)
            self.size += received.size

    def _next_sequence(self) -> int:
        self._last_sequence += 1
        return self._last_sequence
