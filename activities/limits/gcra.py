"""The generic cell rate algorithm (GCRA).

Times are seconds of any monotonic clock.
"""

from typing import Final

NEVER: Final = float("-inf")


class Gcra:
    """Generic cell rate algorithm: the theoretical arrival time is when the next call is due."""

    def __init__(self, tolerance: float) -> None:
        """Allow calls up to `tolerance` seconds before their theoretical arrival time."""
        self._tolerance = tolerance
        self._theoretical_arrival_time = NEVER

    def arrival_time(self, now: float) -> float:
        """Return when the next call is due; in the past where calls may catch up."""
        return max(self._theoretical_arrival_time, now - self._tolerance)

    def advance(self, arrival_time: float, interval: float) -> None:
        """Count a call that was due at `arrival_time`; the next one is due an interval later."""
        self._theoretical_arrival_time = arrival_time + interval

    def postpone(self, until: float) -> None:
        """Allow no call before `until`."""
        self._theoretical_arrival_time = max(self._theoretical_arrival_time, until)

    def reset(self, now: float) -> None:
        """Forget what is due: the next call may come now."""
        self._theoretical_arrival_time = now
