"""One dead partner with 500 waiting claims and ten others: are the claims of the others delayed?

The ten are measured without the dead one and beside it, in turns, so that other load on the machine
slows down both: the time from the ticket's admission to the claim's arrival at its partner. A dead
partner accepts the connection and sends nothing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.figures import Figure, median_and_p95
from bench.load import BenchmarkTimeout, FiledTicket, LoadGenerator, Report, start_load_stack

WAITING: Final = 500
ROUNDS: Final = 3
MEASURED: Final = 100  # claims of the ten, twice a round
WARMING_UP: Final = 50
PER_SECOND: Final = 4.0
RATIO: Final = 1.2
DEAD: Final = "dead"
OTHERS: Final = tuple(f"partner-{i:02d}" for i in range(10))
CHANNEL: Final = {"requests_per_second": 10, "concurrency": 4, "timeout_seconds": 15}


async def measure(state: Path, report: Report) -> list[Figure]:
    """Return median and 95th percentile of both parts, and their ratios."""
    without: list[float] = []
    beside: list[float] = []
    waiting, before = WAITING, 0
    async with start_load_stack(state, dict.fromkeys((DEAD, *OTHERS), CHANNEL), report) as load:
        await load.make_unresponsive(DEAD)
        await _delivery_times(load, WARMING_UP)
        for turn in range(1, ROUNDS + 1):
            report(f"{turn} of {ROUNDS}: {MEASURED} claims of ten partners, none is dead ...")
            without += await _delivery_times(load, MEASURED)
            report(f"{turn} of {ROUNDS}: {WAITING} claims for a partner that is dead ...")
            dead = await load.file_all([DEAD] * WAITING)
            await load.wait_idle()
            report(f"{turn} of {ROUNDS}: {MEASURED} claims of the ten others beside it ...")
            beside += await _delivery_times(load, MEASURED)
            waiting = min(waiting, await load.pending_deliveries(DEAD) - before)
            before += WAITING
            await load.terminate(dead)
        calls = await load.calls(DEAD)
    figures = _figures(median_and_p95(without), median_and_p95(beside))
    return [*figures, *_unresponsive_figures(waiting, calls)]


def _figures(without: tuple[float, float], beside: tuple[float, float]) -> list[Figure]:
    return [
        Figure("median without", without[0] * 1000, "ms"),
        Figure("median beside the dead one", beside[0] * 1000, "ms"),
        Figure("ratio of medians", beside[0] / without[0], at_most=RATIO),
        Figure("p95 without", without[1] * 1000, "ms"),
        Figure("p95 beside the dead one", beside[1] * 1000, "ms"),
        Figure("ratio of p95", beside[1] / without[1], at_most=RATIO),
    ]


def _unresponsive_figures(waiting: int, calls: int) -> list[Figure]:
    return [
        Figure("claims of the dead one that wait", waiting, at_least=WAITING),
        Figure("calls to the dead one in all", calls),
    ]


async def _delivery_times(load: LoadGenerator, count: int) -> list[float]:
    """File claims of the ten in turn; return the seconds from admission to arrival of each."""
    whose = [OTHERS[i % len(OTHERS)] for i in range(count)]
    filed = await load.file_steadily(whose, PER_SECOND)
    times = await _delivery_seconds(load, filed)
    await load.wait_idle()
    return times


async def _delivery_seconds(load: LoadGenerator, filed: Sequence[FiledTicket]) -> list[float]:
    arrived, admission_times = await load.delivered(filed, 60), await load.admission_times()
    if missing := arrived.keys() - admission_times.keys():
        raise BenchmarkTimeout(f"{len(missing)} claims arrived that were not admitted")
    return [(at - admission_times[number]).total_seconds() for number, at in arrived.items()]
