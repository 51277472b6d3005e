"""One dead partner with 500 waiting claims and ten others: are the claims of the others delayed?

The ten are measured without the dead one and beside it, in turns, so that other load on the machine
slows down both: the time from the ticket's admission to the claim's arrival at its partner. A dead
partner accepts the connection and sends nothing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.counts import WorkCount
from bench.figures import Figure, median_and_p95
from bench.load import BenchmarkTimeout, FiledTicket, LoadGenerator, Report, start_load_stack

WAITING: Final = WorkCount(500, quick=50)
ROUNDS: Final = WorkCount(3, quick=1)
MEASURED: Final = WorkCount(100, quick=40)
"""Claims of the ten, twice a round."""
WARMING_UP: Final = WorkCount(50, quick=20)
PER_SECOND: Final = 4.0
RATIO: Final = 1.2
DEAD: Final = "dead"
OTHERS: Final = tuple(f"partner-{i:02d}" for i in range(10))
CHANNEL: Final = {"requests_per_second": 10, "concurrency": 4, "timeout_seconds": 15}


async def measure(state: Path, report: Report, quick: bool) -> list[Figure]:
    """Return median and 95th percentile of both parts, and their ratios."""
    without: list[float] = []
    beside: list[float] = []
    rounds, measured = ROUNDS.pick(quick), MEASURED.pick(quick)
    expected = waiting = WAITING.pick(quick)
    before = 0
    async with start_load_stack(state, dict.fromkeys((DEAD, *OTHERS), CHANNEL), report) as load:
        await load.make_unresponsive(DEAD)
        await _delivery_times(load, WARMING_UP.pick(quick))
        for turn in range(1, rounds + 1):
            report(f"{turn} of {rounds}: {measured} claims of ten partners, none is dead ...")
            without += await _delivery_times(load, measured)
            report(f"{turn} of {rounds}: {expected} claims for a partner that is dead ...")
            dead = await load.file_all([DEAD] * expected)
            await load.wait_idle()
            report(f"{turn} of {rounds}: {measured} claims of the ten others beside it ...")
            beside += await _delivery_times(load, measured)
            waiting = min(waiting, await load.pending_deliveries(DEAD) - before)
            before += expected
            await load.terminate(dead)
        calls = await load.calls(DEAD)
    figures = _figures(median_and_p95(without), median_and_p95(beside))
    return [*figures, *_unresponsive_figures(waiting, expected, calls)]


def _figures(without: tuple[float, float], beside: tuple[float, float]) -> list[Figure]:
    return [
        Figure("median without", without[0] * 1000, "ms"),
        Figure("median beside the dead one", beside[0] * 1000, "ms"),
        Figure("ratio of medians", beside[0] / without[0], at_most=RATIO),
        Figure("p95 without", without[1] * 1000, "ms"),
        Figure("p95 beside the dead one", beside[1] * 1000, "ms"),
        Figure("ratio of p95", beside[1] / without[1], at_most=RATIO),
    ]


def _unresponsive_figures(waiting: int, expected: int, calls: int) -> list[Figure]:
    return [
        Figure("claims of the dead one that wait", waiting, at_least=expected, exact=True),
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
