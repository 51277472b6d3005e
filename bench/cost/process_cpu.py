"""The CPU time of the programs of a stack."""

from collections.abc import Iterable, Mapping

import psutil


def cpu_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """Return the CPU seconds of each process so far, with all its children, by name."""
    return {name: _tree_seconds(pid) for name, pid in pids.items()}


def _tree_seconds(pid: int) -> float:
    """Count living processes of the tree, and ended ones that their parents have waited for."""
    root = psutil.Process(pid)
    return sum(_seconds(process) for process in (root, *root.children(recursive=True)))


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # ended between the listing and now
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def difference(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """Return how much each has used in between."""
    return {name: after[name] - before[name] for name in before}


def total(usage: Mapping[str, float], names: Iterable[str]) -> float:
    """Add up what these have used."""
    return sum(usage[name] for name in names)
