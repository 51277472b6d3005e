"""How many connections are open at once, and which one gives way to a new one.

Who is full is not closed to newcomers: somebody who only holds connections loses them first. Those
of the address that holds most give way, the one before the others that has waited longest: first
those that never finished a head, then those between two calls, then those with half a body. What is
being answered is never cut off.
"""

import logging
import resource
import time
from collections.abc import Iterator
from typing import Final, Literal, Protocol

Phase = Literal["head", "kept", "body", "answering"]
"""What a connection is at: its peer's head, nothing (kept for the next call), its peer's body, or
our answer.
"""
RESERVED_DESCRIPTORS: Final = 100
"""File descriptors that are left to the database, Temporal, webhooks, files, and to connections
that were accepted and not counted yet.
"""
MIN_CONNECTIONS: Final = 20
ACCEPT_BACKLOG: Final = 16
_EVICTION_ORDER: Final[tuple[Phase, ...]] = ("head", "kept", "body")
_REPEAT_AFTER_SECONDS: Final = 10.0
_MAX_REMEMBERED_LINES: Final = 100


class Connection(Protocol):
    """A connection, as far as it can be cut off."""

    def cut(self) -> None:
        """End it at once."""


class ConnectionRegistry:
    """The open connections: at most `most`, and no more than file descriptors allow."""

    def __init__(self, most: int) -> None:
        """Begin empty."""
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        allowed = most if soft == resource.RLIM_INFINITY else soft - RESERVED_DESCRIPTORS
        self.most = max(min(most, allowed), MIN_CONNECTIONS)
        self._open: dict[Connection, tuple[str, Phase]] = {}
        self._by_address: dict[str, dict[Phase, dict[Connection, None]]] = {}

    def __len__(self) -> int:
        """Return how many are open."""
        return len(self._open)

    def enter(self, connection: Connection, address: str) -> None:
        """Take a new connection in; where it is one too many, another gives way, or it does."""
        self._put(connection, address, "head")
        if len(self._open) > self.most:
            others = (one for one in self._eviction_candidates() if one is not connection)
            next(others, connection).cut()

    def move(self, connection: Connection, phase: Phase) -> None:
        """Note what a connection is at now."""
        if connection in self._open:
            address, _ = self._open[connection]
            self._drop(connection)
            self._put(connection, address, phase)

    def leave(self, connection: Connection) -> None:
        """Note that a connection has ended, if it was open."""
        if connection in self._open:
            self._drop(connection)

    def _put(self, connection: Connection, address: str, phase: Phase) -> None:
        self._open[connection] = (address, phase)
        self._by_address.setdefault(address, {}).setdefault(phase, {})[connection] = None

    def _drop(self, connection: Connection) -> None:
        address, phase = self._open.pop(connection)
        phases = self._by_address[address]
        del phases[phase][connection]
        if not any(phases.values()):
            del self._by_address[address]

    def _eviction_candidates(self) -> Iterator[Connection]:
        """Yield connections that can give way, in the order in which they do."""
        held = sorted(self._by_address.values(), key=_count, reverse=True)
        for phases in held:
            for phase in _EVICTION_ORDER:
                yield from phases.get(phase, {})


def _count(phases: dict[Phase, dict[Connection, None]]) -> int:
    return sum(map(len, phases.values()))


class RepeatedLineFilter(logging.Filter):
    """Lets the same line through once in ten seconds: what strangers cause must not fill a disk."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether `record` is worth its line."""
        line, now = str(record.msg).partition("\n")[0][:100], time.monotonic()
        if line in self._said and now - self._said[line] < _REPEAT_AFTER_SECONDS:
            return False
        if len(self._said) >= _MAX_REMEMBERED_LINES:
            self._said.clear()
        self._said[line] = now
        return True
