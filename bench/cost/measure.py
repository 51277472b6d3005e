"""What does a ticket cost? Real tickets beside bare workflows, in turns, on one server.

The same machine and the same run for all, so that only the ratios count.
"""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

from temporalio.client import Client

from bench.cost.process_cpu import cpu_seconds, difference, total
from bench.cost.server_metrics import count_actions
from bench.cost.workloads import CHANNEL, PARTNER, PROFILE, FloorWorkload, TicketWorkload
from bench.figures import Figure
from bench.load import LoadGenerator, Report, start_load_stack
from local.stack.ports import HOST
from local.stack.stack import ROOT
from local.stack.supervisor import ProcessSpec

ROUNDS: Final = 3
UNITS: Final = 200
WARM_UP_UNITS: Final = 40
CONCURRENT: Final = 40
ADMISSIONS: Final = 100
MAX_CPU_RATIO: Final = 1.4
MIN_RATE_RATIO: Final = 0.65
MAX_ADMISSION_RATIO: Final = 1.5
MAX_ACTIONS: Final = 14
ENGINE: Final = ("temporal", "worker", "postgres")
OUTSIDE: Final = ("partner_simulator", "mailbox")
KINDS: Final = ("ticket", "SameShape", "Lean")


@dataclass(frozen=True)
class Round:
    """What one round of one kind took, for each unit of work."""

    kind: str
    per_second: float
    cpu_ms: Mapping[str, float]
    actions: float
    events: float
    history_bytes: float


@dataclass(frozen=True)
class Workloads:
    """All that is run in turns."""

    load: LoadGenerator
    client: Client
    tickets: TicketWorkload
    floors: Mapping[str, FloorWorkload]

    @property
    def pids(self) -> dict[str, int]:
        """The processes that are measured, by name."""
        supervisor = self.load.stack.supervisor
        return {name: supervisor.pid(name) for name in (*ENGINE, *OUTSIDE, "floor-worker")}


async def measure(state: Path, report: Report) -> list[Figure]:
    """Return the medians of the rounds and the ratios; every round goes to `cost.json`."""
    rounds: list[Round] = []
    async with _workloads(state, report) as work:
        for kind in KINDS:
            await _run_round(work, kind, WARM_UP_UNITS)
        for turn in range(1, ROUNDS + 1):
            for kind in KINDS:
                report(f"{turn} of {ROUNDS}: {UNITS} of {kind}, {CONCURRENT} at once ...")
                rounds.append(await _run_round(work, kind, UNITS))
                report(_line(rounds[-1]))
        report(f"{ADMISSIONS} admissions of each kind, one at a time ...")
        admissions = await _admissions(work)
    (state / "cost.json").write_text(
        json.dumps({"rounds": [asdict(one) for one in rounds], "admission_ms": admissions})
    )
    return _figures(rounds, admissions)


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
        tickets = TicketWorkload(load, client)
        watcher = asyncio.create_task(tickets.watch_deliveries())
        floors = {kind: FloorWorkload(kind, client) for kind in KINDS[1:]}
        try:
            yield Workloads(load, client, tickets, floors)
        finally:
            watcher.cancel()


async def _run_round(work: Workloads, kind: str, units: int) -> Round:
    """Run `units` of one kind, `CONCURRENT` at once."""
    run = work.tickets.run if kind == "ticket" else work.floors[kind].run
    prepared = [await work.tickets.prepare() for _ in range(units)]
    slots = asyncio.Semaphore(CONCURRENT)

    async def one(claim: dict[str, Any], key: str) -> str:
        async with slots:
            return await run(claim, key)

    metrics = f"http://{HOST}:{work.load.stack.ports.temporal_metrics_port}/metrics"
    actions_before, cpu_before = await count_actions(metrics), cpu_seconds(work.pids)
    started_at = time.perf_counter()
    numbers = await asyncio.gather(*(one(*each) for each in prepared))
    seconds = time.perf_counter() - started_at
    cpu = difference(cpu_before, cpu_seconds(work.pids))
    actions = await count_actions(metrics) - actions_before
    sizes = [await _history_size(work.client, number) for number in numbers[:20]]
    return Round(
        kind=kind,
        per_second=units / seconds,
        cpu_ms={name: 1000 * used / units for name, used in cpu.items()},
        actions=actions.total() / units,
        events=median(events for events, _ in sizes),
        history_bytes=median(size for _, size in sizes),
    )


async def _history_size(client: Client, number: str) -> tuple[int, int]:
    description = await client.get_workflow_handle(number).describe()
    info = description.raw_description.workflow_execution_info
    return info.history_length, info.history_size_bytes


async def _admissions(work: Workloads) -> dict[str, list[float]]:
    """Admit one at a time, in turns; return the milliseconds of each."""
    times: dict[str, list[float]] = {"ticket": [], "floor": []}
    for _ in range(ADMISSIONS):
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


def _engine_ms(one: Round) -> float:
    worker = one.cpu_ms["worker"] if one.kind == "ticket" else one.cpu_ms["floor-worker"]
    return worker + total(one.cpu_ms, ("temporal", "postgres"))


def _figures(rounds: Sequence[Round], admissions: Mapping[str, list[float]]) -> list[Figure]:
    cpu = {kind: median(_engine_ms(r) for r in rounds if r.kind == kind) for kind in KINDS}
    rate = {kind: median(r.per_second for r in rounds if r.kind == kind) for kind in KINDS}
    actions = median(r.actions for r in rounds if r.kind == "ticket")
    ticket_ms, floor_ms = median(admissions["ticket"]), median(admissions["floor"])
    per_kind = [
        figure
        for kind in KINDS
        for figure in (
            Figure(f"{kind}: CPU of worker, server and database", cpu[kind], "ms"),
            Figure(f"{kind}: throughput", rate[kind], "a second"),
        )
    ]
    return [
        *per_kind,
        Figure(
            "CPU, ticket to same shape", cpu["ticket"] / cpu["SameShape"], at_most=MAX_CPU_RATIO
        ),
        Figure(
            "throughput, ticket to same shape",
            rate["ticket"] / rate["SameShape"],
            at_least=MIN_RATE_RATIO,
        ),
        Figure("Actions of a ticket", actions, at_most=MAX_ACTIONS),
        Figure("admission of a ticket, median", ticket_ms, "ms"),
        Figure("admission of a bare workflow, median", floor_ms, "ms"),
        Figure("admission, ticket to bare", ticket_ms / floor_ms, at_most=MAX_ADMISSION_RATIO),
    ]
