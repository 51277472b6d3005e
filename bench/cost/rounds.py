"""What a round of one kind of work took: time, and the CPU of each process."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.cost.process_cpu import cpu_seconds, difference, total


@dataclass(frozen=True)
class Round:
    """What one round of one kind took, for each unit of work: CPU by process, history."""

    kind: str
    per_second: float
    cpu_ms: Mapping[str, float]
    actions: float = 0
    events: float = 0
    history_bytes: float = 0

    def cpu_of(self, names: Sequence[str]) -> float:
        """Add up the milliseconds of these processes."""
        return total(self.cpu_ms, names)


class Stopwatch:
    """Measures time and the CPU of processes from its making on."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        """Begin to measure these processes, by name."""
        self._pids = pids
        self._cpu_before = cpu_seconds(pids)
        self._started_at = time.perf_counter()

    def seconds(self) -> float:
        """Return the seconds so far."""
        return time.perf_counter() - self._started_at

    def cpu_ms(self, units: int) -> dict[str, float]:
        """Return the milliseconds so far that each process used for one of so many units."""
        used = difference(self._cpu_before, cpu_seconds(self._pids))
        return {name: 1000 * seconds / units for name, seconds in used.items()}
