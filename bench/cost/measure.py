"""What does a ticket cost? Real tickets beside bare workflows, in turns, on one server.

The same machine and the same run for all, so that only the ratios count.
"""

import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from temporalio.client import Client

from bench.cost.at_once import CONCURRENT, Run, run_at_once
from bench.cost.round_figures import OUTSIDE, cost_figures
from bench.cost.rounds import Round, Stopwatch
from bench.cost.server_metrics import ActionCounter
from bench.cost.workloads import (
    CHANNEL,
    PARTNER,
    PROFILE,
    FloorWorkload,
    TicketWorkload,
    open_ticket_workload,
)
from bench.counts import WorkCount
from bench.figures import Figure
from bench.load import LoadGenerator, Report, start_load_stack
from local.stack.ports import HOST
from local.stack.stack import ROOT
from local.stack.supervisor import ProcessSpec

ROUNDS: Final = WorkCount(3, quick=1)
UNITS: Final = WorkCount(200, quick=40)
WARM_UP_UNITS: Final = WorkCount(40, quick=10)
ADMISSIONS: Final = WorkCount(100, quick=20)
SIZES_EXAMINED: Final = 20
PROCESSES: Final = ("temporal", "worker", "postgres", *OUTSIDE, "floor-worker")
KINDS: Final = ("ticket", "SameShape", "Lean")


@dataclass(frozen=True)
class Workloads:
    """All that is run in turns."""

    load: LoadGenerator
    client: Client
    tickets: TicketWorkload
    floors: Mapping[str, FloorWorkload]
    actions: ActionCounter

    @property
    def pids(self) -> dict[str, int]:
        """The processes that are measured, by name."""
        return {name: self.load.stack.supervisor.pid(name) for name in PROCESSES}

    def run(self, kind: str) -> Run:
        """What does one unit of this kind."""
        return self.tickets.run if kind == "ticket" else self.floors[kind].run


async def measure(state: Path, report: Report, quick: bool) -> list[Figure]:
    """Return the medians of the rounds and the ratios; every round goes to `cost.json`."""
    rounds: list[Round] = []
    turns, units = ROUNDS.pick(quick), UNITS.pick(quick)
    async with _workloads(state, report) as work:
        await _warm_up(work, WARM_UP_UNITS.pick(quick))
        for turn in range(1, turns + 1):
            for kind in KINDS:
                report(f"{turn} of {turns}: {units} of {kind}, {CONCURRENT} at once ...")
                rounds.append(await _run_round(work, kind, units))
                report(_line(rounds[-1]))
        report(f"{ADMISSIONS.pick(quick)} admissions of each kind, one at a time ...")
        admissions = await _admissions(work, ADMISSIONS.pick(quick))
    (state / "cost.json").write_text(
        json.dumps({"rounds": [asdict(one) for one in rounds], "admission_ms": admissions})
    )
    return cost_figures(rounds, admissions)


async def start_floor_worker(load: LoadGenerator) -> Client:
    """Start the worker of the bare workflows; return a client for them."""
    address = load.stack.addresses["temporal_address"]
    command = (sys.executable, "-m", "bench.cost.floor_worker", address)
    await load.stack.supervisor.start(
        ProcessSpec("floor-worker", command, load.stack.environment, folder=ROOT)
    )
    return await Client.connect(address)


@contextlib.asynccontextmanager
async def _workloads(state: Path, report: Report) -> AsyncIterator[Workloads]:
    async with start_load_stack(state, {PARTNER: CHANNEL}, report, PROFILE) as load:
        client = await start_floor_worker(load)
        metrics = f"http://{HOST}:{load.stack.ports.temporal_metrics_port}/metrics"
        floors = {kind: FloorWorkload(kind, client) for kind in KINDS[1:]}
        async with open_ticket_workload(load, client) as tickets:
            yield Workloads(load, client, tickets, floors, ActionCounter(metrics))


async def _warm_up(work: Workloads, units: int) -> None:
    for kind in KINDS:
        await run_at_once(work.run(kind), await work.tickets.prepare_all(units))
    await work.actions.count()


async def _run_round(work: Workloads, kind: str, units: int) -> Round:
    """Run `units` of one kind, `CONCURRENT` at once."""
    prepared = await work.tickets.prepare_all(units)
    watch = Stopwatch(work.pids)
    numbers = await run_at_once(work.run(kind), prepared)
    seconds, cpu_ms = watch.seconds(), watch.cpu_ms(units)
    actions = await work.actions.count()
    sizes = [await _history_size(work.client, number) for number in numbers[:SIZES_EXAMINED]]
    return Round(
        kind=kind,
        per_second=units / seconds,
        cpu_ms=cpu_ms,
        actions=actions / units,
        events=median(events for events, _ in sizes),
        history_bytes=median(size for _, size in sizes),
    )


async def _history_size(client: Client, number: str) -> tuple[int, int]:
    description = await client.get_workflow_handle(number).describe()
    info = description.raw_description.workflow_execution_info
    return info.history_length, info.history_size_bytes


async def _admissions(work: Workloads, count: int) -> dict[str, list[float]]:
    """Admit one at a time, in turns; return the milliseconds of each."""
    times: dict[str, list[float]] = {"ticket": [], "floor": []}
    for _ in range(count):
        prepared = await work.tickets.prepare()
        floor = work.floors["SameShape"]
        times["ticket"].append(await milliseconds(partial(work.load.admit, *prepared)))
        times["floor"].append(await milliseconds(partial(floor.admit, *prepared)))
    return times


async def milliseconds(work: Callable[[], Awaitable[object]]) -> float:
    """Return how long `work` takes."""
    started_at = time.perf_counter()
    await work()
    return 1000 * (time.perf_counter() - started_at)


def _line(one: Round) -> str:
    cpu = ", ".join(f"{name} {used:.0f}" for name, used in one.cpu_ms.items() if used >= 1)
    return (
        f"  {one.per_second:.1f}/s; CPU ms: {cpu}; {one.actions:.1f} actions, "
        f"{one.events:.0f} events, {one.history_bytes:.0f} bytes"
    )
