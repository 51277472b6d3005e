"""How much a benchmark does: in a full run, and in a quick one (`--quick`)."""

from typing import NamedTuple


class WorkCount(NamedTuple):
    """So many of something, or so many seconds."""

    full: int
    quick: int

    def pick(self, quick: bool) -> int:
        """Return the number for a quick or a full run."""
        return self.quick if quick else self.full
