"""Errors that stop a local stack, for the person who started it.

TicketError
└── LocalError
    ├── PortTaken
    ├── ProcessExited
    ├── ProcessNotReady
    └── AlreadyRunning
"""

import signal
from pathlib import Path

from domain.errors import TicketError


class LocalError(TicketError):
    """The local stack cannot start, or cannot go on."""


class PortTaken(LocalError):
    """A part's port is in use."""

    def __init__(self, part: str, port: int, variable: str) -> None:
        """Name the part, its port and the variable that changes it."""
        super().__init__(
            f"port {port}, meant for the {part}, is taken: set {variable} to a free one"
        )


class ProcessExited(LocalError):
    """A part that must keep running has ended."""

    def __init__(self, name: str, code: int, log: Path, last_lines: str) -> None:
        """Name the part, its exit code (negative: the signal) and the last lines of its log."""
        super().__init__(f"{name} {end_of_process(code)} ({log}):\n{last_lines}".rstrip())
        self.name = name
        self.code = code


class ProcessNotReady(LocalError):
    """A part runs, but does not answer in time."""


class AlreadyRunning(LocalError):
    """Another stack holds this state directory."""


def end_of_process(code: int) -> str:
    """How a process ended, from its exit code (negative: the signal)."""
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
