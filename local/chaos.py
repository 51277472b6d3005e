"""`python -m local chaos`: the demonstration while its worker is killed at random moments.

The table must be the same as without. The seed is printed: with it the same moments come again.
"""

import argparse
import asyncio
import os
import random
import secrets
import signal
import time
from pathlib import Path
from typing import Final

from local.demo import demo, to_the_end
from local.stack import Stack

STATE: Final = Path(".local/chaos")
TIME: Final = 240.0  # seconds for all claims
KILLS: Final = 5
FEWEST: Final = 4
QUIET: Final = (1.0, 4.0)  # seconds between two kills, at least and at most
STEP: Final = 0.05
WORKER: Final = "worker"


def main(arguments: list[str]) -> int:
    """Play the demonstration under fire; the result is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--kills", type=int, default=KILLS, help="at least 4 (%(default)s)")
    options = parser.parse_args(arguments)
    if options.kills < FEWEST:
        parser.error(f"--kills: expected at least {FEWEST}")
    return to_the_end(chaos(options.seed, options.kills))


async def chaos(seed: int, kills: int) -> int:
    """Kill the worker so often while the examples play; 0 if it was, and all ended as ever."""
    print(f"Seed {seed}: the worker is killed {kills} times", flush=True)
    killer = Killer(seed, kills)
    code = await demo(STATE, seconds=TIME, trouble=killer.rage)
    moments = ", ".join(f"{moment:.1f} s" for moment in killer.moments)
    print(f"Seed {seed}: worker killed {len(killer.moments)} times, at {moments or 'no time'}")
    if len(killer.moments) < kills:
        print(f"expected {kills} kills: the claims ended before the last of them")
        return 1
    return code


class Killer:
    """Ends the worker without warning; `moments` are seconds since the beginning of the play."""

    def __init__(self, seed: int, kills: int) -> None:
        """Draw the pauses at once, so that the seed alone decides about them."""
        chance = random.Random(seed)  # noqa: S311
        self._pauses = [chance.uniform(*QUIET) for _ in range(kills)]
        self.moments: list[float] = []

    async def rage(self, stack: Stack) -> None:
        """Kill after each pause, as soon as there is a worker to kill."""
        begun = time.monotonic()
        for pause in self._pauses:
            await asyncio.sleep(pause)
            await self._kill_soon(stack)
            self.moments.append(time.monotonic() - begun)

    async def _kill_soon(self, stack: Stack) -> None:
        while True:
            if self._kill(stack):
                return
            await asyncio.sleep(STEP)

    def _kill(self, stack: Stack) -> bool:
        """Whether it lived: between death and restart the process is gone already."""
        try:
            os.kill(stack.supervisor.pid(WORKER), signal.SIGKILL)
        except (ProcessLookupError, KeyError):
            return False
        return True
