"""One dead partner with 500 waiting claims beside ten others: do their claims notice it?

The ten are measured without the dead one and beside it, in turns, so that a machine that is busy
otherwise slows down both: the time from the ticket's admission to the claim's arrival at its
partner. Dead means: it takes the connection and is silent.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.figures import Figure, middle_and_tail
from bench.load import Crowd, Filed, NotReached, Tell, gathered

WAITING: Final = 500
ROUNDS: Final = 3
MEASURED: Final = 100  # claims of the ten, twice a round
WARMING_UP: Final = 50
PER_SECOND: Final = 4.0
RATIO: Final = 1.2
DEAD: Final = "dead"
OTHERS: Final = tuple(f"partner-{i:02d}" for i in range(10))
CHANNEL: Final = {"requests_per_second": 10, "concurrency": 4, "timeout_seconds": 15}


async def measure(state: Path, tell: Tell) -> list[Figure]:
    """Return median and 95th percentile of both parts, and their ratios."""
    without: list[float] = []
    beside: list[float] = []
    waiting, before = WAITING, 0
    async with gathered(state, dict.fromkeys((DEAD, *OTHERS), CHANNEL), tell) as crowd:
        await crowd.die(DEAD)
        await _times(crowd, WARMING_UP)
        for turn in range(1, ROUNDS + 1):
            tell(f"{turn} of {ROUNDS}: {MEASURED} claims of ten partners, nobody is dead ...")
            without += await _times(crowd, MEASURED)
            tell(f"{turn} of {ROUNDS}: {WAITING} claims for a partner that is dead ...")
            dead = await crowd.file_all([DEAD] * WAITING)
            await crowd.settled()
            tell(f"{turn} of {ROUNDS}: {MEASURED} claims of the ten others beside it ...")
            beside += await _times(crowd, MEASURED)
            waiting = min(waiting, await crowd.waiting(DEAD) - before)
            before += WAITING
            await crowd.end(dead)
        calls = await crowd.calls(DEAD)
    figures = _figures(middle_and_tail(without), middle_and_tail(beside))
    return [*figures, *_dead(waiting, calls)]


def _figures(without: tuple[float, float], beside: tuple[float, float]) -> list[Figure]:
    return [
        Figure("median without", without[0] * 1000, "ms"),
        Figure("median beside the dead one", beside[0] * 1000, "ms"),
        Figure("ratio of medians", beside[0] / without[0], at_most=RATIO),
        Figure("p95 without", without[1] * 1000, "ms"),
        Figure("p95 beside the dead one", beside[1] * 1000, "ms"),
        Figure("ratio of p95", beside[1] / without[1], at_most=RATIO),
    ]


def _dead(waiting: int, calls: int) -> list[Figure]:
    return [
        Figure("claims of the dead one that wait", waiting, at_least=WAITING),
        Figure("calls to the dead one in all", calls),
    ]


async def _times(crowd: Crowd, count: int) -> list[float]:
    """File claims of the ten in turn; return the seconds from admission to arrival of each."""
    whose = [OTHERS[i % len(OTHERS)] for i in range(count)]
    filed = await crowd.file_steadily(whose, PER_SECOND)
    times = await _taken(crowd, filed)
    await crowd.settled()
    return times


async def _taken(crowd: Crowd, filed: Sequence[Filed]) -> list[float]:
    arrived, admitted = await crowd.delivered(filed, 60), await crowd.admitted()
    if missing := arrived.keys() - admitted.keys():
        raise NotReached(f"{len(missing)} claims arrived that were not admitted")
    return [(at - admitted[number]).total_seconds() for number, at in arrived.items()]
