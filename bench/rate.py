"""Does a partner's rate hold over a minute (in a quick run over 20 seconds), with more claims
waiting than it takes?
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bench.counts import WorkCount
from bench.figures import Figure
from bench.load import Report, start_load_stack

RATE: Final = 5.0
CLAIMS: Final = WorkCount(500, quick=200)
LEEWAY: Final = 0.1
PARTNER: Final = "measured"
WINDOW_SECONDS: Final = WorkCount(60, quick=20)
QUEUE_BUILDS_UP: Final = timedelta(seconds=10)
CHANNEL: Final = {"requests_per_second": RATE, "concurrency": 50, "timeout_seconds": 15}


async def measure(state: Path, report: Report, quick: bool) -> list[Figure]:
    """Return the calls per second of the slowest and the fastest window."""
    claims, window = CLAIMS.pick(quick), timedelta(seconds=WINDOW_SECONDS.pick(quick))
    async with start_load_stack(state, {PARTNER: CHANNEL}, report) as load:
        report(f"{claims} claims for a partner that takes {RATE:g} a second ...")
        filed = await load.file_all([PARTNER] * claims)
        arrived = sorted((await load.delivered(filed, 240)).values())
    rates, span = _per_second(arrived, window), f"{window.total_seconds():.0f} s"
    return [
        Figure(f"windows of {span} examined", len(rates), at_least=1, exact=True),
        _within_leeway(f"calls per second, slowest {span}", min(rates, default=0.0)),
        _within_leeway(f"calls per second, fastest {span}", max(rates, default=0.0)),
    ]


def _within_leeway(name: str, rate: float) -> Figure:
    lowest, highest = RATE * (1 - LEEWAY), RATE * (1 + LEEWAY)
    return Figure(name, rate, "/s", at_least=lowest, at_most=highest)


def _per_second(arrived: list[datetime], window: timedelta) -> list[float]:
    """Return the rate of every window that begins with a call, while claims were waiting."""
    first, last = arrived[0] + QUEUE_BUILDS_UP, arrived[-1]
    starts = [start for start in arrived if first <= start <= last - window]
    seconds = window.total_seconds()
    return [sum(start <= at < start + window for at in arrived) / seconds for start in starts]
