"""When a webhook that was not taken is sent again: slower and slower, for three days."""

from datetime import timedelta
from typing import Final

LASTING: Final = timedelta(days=3)
"""So long a webhook is tried before it is given up."""
_FIRST_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PAUSE: Final = timedelta(hours=1)
_GROWTH: Final = 3
_MOST_STEPS: Final = 8


def pause_after(attempts: int, chance: float, asked: timedelta | None = None) -> timedelta:
    """Return how long to wait after so many attempts; `chance`, from 0 to 1, spreads the pauses.

    Not shorter than the platform `asked` for.
    """
    grown = _FIRST_PAUSE * int(_GROWTH ** min(max(attempts - 1, 0), _MOST_STEPS))
    pause = min(grown, _LONGEST_PAUSE) * (0.5 + chance / 2)
    return max(pause, asked) if asked else pause
