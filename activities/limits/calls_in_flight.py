"""The calls to one partner that are in progress, and how long a call takes."""

from dataclasses import dataclass
from typing import Final

from activities.limits.circuit_breaker import Probe

_EWMA_WEIGHT: Final = 0.2


@dataclass(frozen=True, eq=False)
class Call:
    """A call in progress; `probe` is set if it tests an open circuit."""

    started_at: float
    probe: Probe | None = None


class CallsInFlight:
    """Counts calls in progress, and averages the durations of finished ones."""

    def __init__(self) -> None:
        """Start without calls."""
        self._calls: list[Call] = []
        self._average_duration = 0.0

    def __len__(self) -> int:
        """Return how many calls are in progress."""
        return len(self._calls)

    def add(self, call: Call) -> None:
        """Start a call."""
        self._calls.append(call)

    def remove(self, call: Call, now: float) -> None:
        """Remove a call, and include its duration in the exponentially weighted moving average."""
        self._calls.remove(call)
        self._average_duration += _EWMA_WEIGHT * (now - call.started_at - self._average_duration)

    def expected_duration(self, now: float) -> float:
        """Return seconds: the recent average, or the age of the oldest call if that is longer."""
        oldest = now - self._calls[0].started_at if self._calls else 0.0
        return max(self._average_duration, oldest)
