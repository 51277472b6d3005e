"""Delays for callers that cannot be given an exact time to come back."""

from typing import Final

MAX_BACKOFF_SECONDS: Final = 300.0
"""The longest delay that a caller gets, except for a partner's own `Retry-After`."""
_JITTER_STEP: Final = 0.618034
"""The golden ratio: its multiples modulo 1 are spread evenly, however many there are."""


class SpreadDelay:
    """Spreads callers evenly over the second half of the longest delay, without random numbers."""

    def __init__(self) -> None:
        """Start with the first delay of the sequence."""
        self._deferred_count = 0

    def next_seconds(self) -> float:
        """Return the delay of the next caller, in seconds."""
        self._deferred_count += 1
        return MAX_BACKOFF_SECONDS * (1 + self._deferred_count * _JITTER_STEP % 1) / 2
