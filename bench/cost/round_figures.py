"""The figures of rounds: medians with their spread, and the ratios of two kinds."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final

from bench.cost.rounds import Round
from bench.figures import Figure, of_rounds, ratio_of_turns

MAX_CPU_RATIO: Final = 1.4
MIN_RATE_RATIO: Final = 0.65
MAX_ACTIONS: Final = 14
MAX_ADMISSION_RATIO: Final = 1.5
RATE_CHART: Final = "throughput, a second"
CPU_CHART: Final = "CPU, ms each"
PROCESS_CHART: Final = "CPU of a ticket by process, ms"
COMPARED: Final = ("ticket", "SameShape")
WORKER: Final = {"ticket": "worker", "SameShape": "floor-worker", "Lean": "floor-worker"}
OUTSIDE: Final = ("partner_simulator", "mailbox")


def cost_figures(
    rounds: Sequence[Round], admissions: Mapping[str, Sequence[float]]
) -> list[Figure]:
    """Return the figures of tickets and floors; `admissions` are milliseconds by kind."""
    by_kind = {kind: [one for one in rounds if one.kind == kind] for kind in WORKER}
    return [
        *(figure for kind, own in by_kind.items() for figure in _kind_figures(kind, own)),
        *_process_figures(by_kind["ticket"], ("worker", "temporal", "postgres", *OUTSIDE)),
        *_ratios(by_kind),
        *_admission_figures(admissions),
    ]


def _kind_figures(kind: str, rounds: Sequence[Round]) -> list[Figure]:
    engine = engine_of(kind)
    at_most = MAX_ACTIONS if kind == "ticket" else None
    return [
        rate_figure(kind, rounds),
        cpu_figure(kind, "CPU of worker, server and database", rounds, engine),
        Figure(f"{kind}: Actions", median(r.actions for r in rounds), at_most=at_most, exact=True),
        of_rounds(f"{kind}: events", [r.events for r in rounds]),
        of_rounds(f"{kind}: history", [r.history_bytes for r in rounds], "bytes"),
    ]


def engine_of(kind: str) -> tuple[str, ...]:
    """Return the processes whose CPU a workflow of this kind costs."""
    return WORKER[kind], "temporal", "postgres"


def rate_figure(kind: str, rounds: Sequence[Round]) -> Figure:
    """Return how many were done in a second."""
    values = [one.per_second for one in rounds]
    return of_rounds(f"{kind}: throughput", values, "a second", chart=RATE_CHART)


def cpu_figure(kind: str, name: str, rounds: Sequence[Round], processes: Sequence[str]) -> Figure:
    """Return the CPU of these processes together for one unit."""
    values = [one.cpu_of(processes) for one in rounds]
    return of_rounds(f"{kind}: {name}", values, "ms", chart=CPU_CHART)


def _process_figures(rounds: Sequence[Round], names: Sequence[str]) -> list[Figure]:
    return [
        of_rounds(
            f"ticket: CPU of {name}", [r.cpu_ms[name] for r in rounds], "ms", chart=PROCESS_CHART
        )
        for name in names
    ]


def _ratios(by_kind: Mapping[str, Sequence[Round]]) -> list[Figure]:
    return [
        ratio_of_turns(
            "CPU, ticket to same shape",
            *([one.cpu_of(engine_of(kind)) for one in by_kind[kind]] for kind in COMPARED),
            at_most=MAX_CPU_RATIO,
        ),
        ratio_of_turns(
            "throughput, ticket to same shape",
            *([one.per_second for one in by_kind[kind]] for kind in COMPARED),
            at_least=MIN_RATE_RATIO,
        ),
    ]


def _admission_figures(admissions: Mapping[str, Sequence[float]]) -> list[Figure]:
    ticket, floor = admissions["ticket"], admissions["floor"]
    return [
        Figure("admission of a ticket, median", median(ticket), "ms"),
        Figure("admission of a bare workflow, median", median(floor), "ms"),
        Figure(
            "admission, ticket to bare", median(ticket) / median(floor), at_most=MAX_ADMISSION_RATIO
        ),
    ]
