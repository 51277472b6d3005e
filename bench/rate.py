"""Does a partner's rate hold over a minute, with more claims waiting than it takes?"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bench.figures import Figure
from bench.load import Report, start_load_stack

RATE: Final = 5.0
CLAIMS: Final = 500
LEEWAY: Final = 0.1
PARTNER: Final = "measured"
WINDOW: Final = timedelta(minutes=1)
QUEUE_BUILDS_UP: Final = timedelta(seconds=10)
CHANNEL: Final = {"requests_per_second": RATE, "concurrency": 50, "timeout_seconds": 15}


async def measure(state: Path, report: Report) -> list[Figure]:
    """Return the calls per second of the slowest and the fastest minute."""
    async with start_load_stack(state, {PARTNER: CHANNEL}, report) as load:
        report(f"{CLAIMS} claims for a partner that takes {RATE:g} a second ...")
        filed = await load.file_all([PARTNER] * CLAIMS)
        arrived = sorted((await load.delivered(filed, 240)).values())
    minutes = _per_second(arrived)
    bounds = {"at_least": RATE * (1 - LEEWAY), "at_most": RATE * (1 + LEEWAY)}
    return [
        Figure("minutes examined", len(minutes), at_least=1),
        Figure("calls per second, slowest minute", min(minutes, default=0.0), "/s", **bounds),
        Figure("calls per second, fastest minute", max(minutes, default=0.0), "/s", **bounds),
    ]


def _per_second(arrived: list[datetime]) -> list[float]:
    """Return the rate of every minute that begins with a call, while claims were waiting."""
    first, last = arrived[0] + QUEUE_BUILDS_UP, arrived[-1]
    starts = [start for start in arrived if first <= start <= last - WINDOW]
    span = WINDOW.total_seconds()
    return [sum(start <= at < start + WINDOW for at in arrived) / span for start in starts]
