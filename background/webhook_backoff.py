"""When a failed webhook is sent again: with growing delays, for three days."""

from datetime import timedelta
from typing import Final

RETRY_WINDOW: Final = timedelta(days=3)
"""A webhook that fails for so long is given up."""
_INITIAL_DELAY: Final = timedelta(seconds=5)
_MAX_DELAY: Final = timedelta(hours=1)
_GROWTH: Final = 3
_MAX_STEPS: Final = 8


def retry_delay(attempts: int, jitter: float, requested: timedelta | None = None) -> timedelta:
    """Return the delay after so many attempts, at least as long as the platform `requested`.

    `jitter`, from 0 to 1, spreads the attempts.
    """
    grown = _INITIAL_DELAY * int(_GROWTH ** min(max(attempts - 1, 0), _MAX_STEPS))
    delay = min(grown, _MAX_DELAY) * (0.5 + jitter / 2)
    return max(delay, requested) if requested else delay
