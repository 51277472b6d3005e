"""How many connections are open at once, and which one is closed for a new one.

A new connection is always accepted. If there are too many, one of the address with the most
connections is closed, the longest waiting first: those without a complete head, then idle ones,
then those with half a body. A connection that is being answered is never closed.
"""

import resource
from collections.abc import Iterator
from typing import Final, Literal, Protocol

Phase = Literal["head", "idle", "body", "responding"]
"""What a connection waits for: a head, the next request, a body, or our response."""
RESERVED_DESCRIPTORS: Final = 100
"""File descriptors for the database, Temporal, webhooks and files, and for accepted connections
that are not counted yet.
"""
MIN_CONNECTIONS: Final = 20
ACCEPT_BACKLOG: Final = 16
_EVICTION_ORDER: Final[tuple[Phase, ...]] = ("head", "idle", "body")


class Abortable(Protocol):
    """A connection that can be closed at once."""

    def abort(self) -> None:
        """Close it."""


class ConnectionRegistry:
    """The open connections: at most `max_connections`, and no more than file descriptors allow."""

    def __init__(self, max_connections: int) -> None:
        """Start empty."""
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        unlimited = soft == resource.RLIM_INFINITY
        allowed = max_connections if unlimited else soft - RESERVED_DESCRIPTORS
        self.max_connections = max(min(max_connections, allowed), MIN_CONNECTIONS)
        self._open: dict[Abortable, tuple[str, Phase]] = {}
        self._by_address: dict[str, dict[Phase, dict[Abortable, None]]] = {}

    def __len__(self) -> int:
        """Return the number of open connections."""
        return len(self._open)

    def add(self, connection: Abortable, address: str) -> None:
        """Register a new connection; if it is one too many, abort another one, or it."""
        self._put(connection, address, "head")
        if len(self._open) > self.max_connections:
            others = (one for one in self._eviction_candidates() if one is not connection)
            next(others, connection).abort()

    def set_phase(self, connection: Abortable, phase: Phase) -> None:
        """Record a connection's new phase."""
        if connection in self._open:
            address, _ = self._open[connection]
            self._drop(connection)
            self._put(connection, address, phase)

    def remove(self, connection: Abortable) -> None:
        """Remove a connection that was closed."""
        if connection in self._open:
            self._drop(connection)

    def _put(self, connection: Abortable, address: str, phase: Phase) -> None:
        self._open[connection] = (address, phase)
        self._by_address.setdefault(address, {}).setdefault(phase, {})[connection] = None

    def _drop(self, connection: Abortable) -> None:
        address, phase = self._open.pop(connection)
        phases = self._by_address[address]
        del phases[phase][connection]
        if not any(phases.values()):
            del self._by_address[address]

    def _eviction_candidates(self) -> Iterator[Abortable]:
        """Yield connections that may be aborted, in this order."""
        addresses = sorted(self._by_address.values(), key=_count, reverse=True)
        for phases in addresses:
            for phase in _EVICTION_ORDER:
                yield from phases.get(phase, {})


def _count(phases: dict[Phase, dict[Abortable, None]]) -> int:
    return sum(map(len, phases.values()))
