"""Do many open tickets slow down others? Latencies with few and with many, and the worker's memory.

Open tickets wait for their partner's outcome. All is measured in one run on one stack.
"""

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

import psutil
from temporalio.client import Client

from bench.cost.measure import milliseconds, start_floor_worker
from bench.cost.workloads import CHANNEL, PARTNER, FloorWorkload, confirm
from bench.counts import WorkCount
from bench.figures import Figure
from bench.load import FiledTicket, LoadGenerator, Report, start_load_stack

FEW: Final = WorkCount(200, quick=40)
MANY: Final = WorkCount(2_000, quick=240)
CACHED: Final = WorkCount(900, quick=140)
"""The SDK caches 1,000 workflows: memory is measured between `FEW` and this number."""
SAMPLES: Final = WorkCount(60, quick=20)
PAUSE_SECONDS: Final = 0.25
"""After an admission: its ticket's delivery and e-mail would slow down the next one."""
POLL_SECONDS: Final = 0.005
MAX_RATIO: Final = 1.2
MAX_KIBIBYTES: Final = 150
DELIVERY_SECONDS: Final = 600
CONFIRMED: Final = "select 1 from ticket_transitions where number = $1 and event = $2"


@dataclass(frozen=True)
class Latencies:
    """Medians in milliseconds, with so many open tickets; `bare` is a bare workflow's admission."""

    admission: float
    bare: float
    outcome: float


async def measure(state: Path, report: Report, quick: bool) -> list[Figure]:
    """Return latencies and memory with few and with many open tickets."""
    few_open, cached, many_open = (one.pick(quick) for one in (FEW, CACHED, MANY))
    samples = SAMPLES.pick(quick)
    async with start_load_stack(state, {PARTNER: CHANNEL}, report) as load:
        client = await start_floor_worker(load)
        worker = psutil.Process(load.stack.supervisor.pid("worker"))
        await _open(load, few_open, report)
        before, few = worker.memory_info().rss, await _latencies(load, client, samples)
        await _open(load, cached - few_open, report)
        grown = worker.memory_info().rss - before
        await _open(load, many_open - cached, report)
        many = await _latencies(load, client, samples)
    figures = _figures(few, many, few_open, many_open)
    kibibytes = grown / (cached - few_open) / 1024
    return [
        *figures,
        Figure("memory of a cached ticket", kibibytes, "KiB", at_most=MAX_KIBIBYTES),
    ]


def _figures(few: Latencies, many: Latencies, few_open: int, many_open: int) -> list[Figure]:
    return [
        Figure(f"admission, {few_open} open, median", few.admission, "ms"),
        Figure(f"admission, {many_open} open, median", many.admission, "ms"),
        Figure("a bare workflow's admission, many to few", many.bare / few.bare),
        Figure("admission, many to few", many.admission / few.admission, at_most=MAX_RATIO),
        Figure(f"outcome to transition, {few_open} open, median", few.outcome, "ms"),
        Figure(f"outcome to transition, {many_open} open, median", many.outcome, "ms"),
        Figure("outcome to transition, many to few", many.outcome / few.outcome, at_most=MAX_RATIO),
    ]


async def _open(load: LoadGenerator, count: int, report: Report) -> list[FiledTicket]:
    report(f"opening {count} tickets ...")
    filed = await load.file_all([PARTNER] * count)
    await load.delivered(filed, DELIVERY_SECONDS)
    await load.wait_idle(DELIVERY_SECONDS)
    return filed


async def _latencies(load: LoadGenerator, client: Client, samples: int) -> Latencies:
    """Measure one at a time: the admission of a ticket, and later its outcome."""
    filed: list[FiledTicket] = []

    async def admit(claim: dict[str, Any], key: str) -> None:
        filed.append(await load.admit(claim, key))

    admissions: list[float] = []
    bare: list[float] = []
    floor = FloorWorkload("SameShape", client)
    for _ in range(samples):
        prepared = await load.prepare(PARTNER)
        admissions.append(await milliseconds(partial(admit, *prepared)))
        bare.append(await milliseconds(partial(floor.admit, *prepared)))
        await asyncio.sleep(PAUSE_SECONDS)
    await load.delivered(filed, DELIVERY_SECONDS)
    await load.wait_idle(DELIVERY_SECONDS)
    outcomes = [await milliseconds(partial(_confirm, load, client, one)) for one in filed]
    return Latencies(median(admissions), median(bare), median(outcomes))


async def _confirm(load: LoadGenerator, client: Client, filed: FiledTicket) -> None:
    await confirm(client, filed.number)
    while True:
        if await load.rows(CONFIRMED, filed.number, "partner_confirmed"):
            return
        await asyncio.sleep(POLL_SECONDS)
