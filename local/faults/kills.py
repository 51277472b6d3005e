"""Kills one process while the demonstration runs: its table must be the same as without."""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from local.demo.demo import demo
from local.demo.scenario_files import FOLDER
from local.stack.stack import Stack

TIMEOUT_SECONDS: Final = 240.0  # seconds for all claims
MIN_KILLS: Final = 4
KILL_INTERVAL_SECONDS: Final = (0.5, 3.0)  # seconds between two kills, at least and at most
POLL_SECONDS: Final = 0.05


async def killed(part: str, state: Path, seed: int, kills: int, scenarios: Path = FOLDER) -> bool:
    """Kill the program while the scenarios run; return whether it was killed and all ended well."""
    print(f"Seed {seed}: the {part} is killed {kills} times", flush=True)
    killer = ProcessKiller(part, seed, kills)
    code = await demo(state, seconds=TIMEOUT_SECONDS, faults=killer.run, scenarios=scenarios)
    kill_times = killer.kill_times
    print(f"Seed {seed}: {part} killed {len(kill_times)} times, at {_listed(kill_times)}")
    if len(kill_times) < MIN_KILLS:
        print(f"expected {MIN_KILLS} kills or more: the claims ended before that")
    return code == 0 and len(kill_times) >= MIN_KILLS


def _listed(kill_times: Sequence[float]) -> str:
    return ", ".join(f"{moment:.1f} s" for moment in kill_times) or "no time"


class ProcessKiller:
    """Kills a program; `kill_times` are seconds since the start of the run."""

    def __init__(self, part: str, seed: int, kills: int) -> None:
        """Draw the pauses at once, so that the seed alone decides about them."""
        self._part = part
        chance = random.Random(seed)  # noqa: S311
        self._pauses = [chance.uniform(*KILL_INTERVAL_SECONDS) for _ in range(kills)]
        self.kill_times: list[float] = []

    async def run(self, stack: Stack) -> None:
        """Kill after each pause, as soon as there is one to kill."""
        begun = time.monotonic()
        for pause in self._pauses:
            await asyncio.sleep(pause)
            await kill_restarted(stack, self._part)
            self.kill_times.append(time.monotonic() - begun)


async def kill_restarted(stack: Stack, name: str) -> None:
    """Kill a process that the supervisor starts again, as soon as there is one to kill: between its
    end and its restart there is none.
    """
    while True:
        with contextlib.suppress(ProcessLookupError, KeyError):
            os.kill(stack.supervisor.pid(name), signal.SIGKILL)
            return
        await asyncio.sleep(POLL_SECONDS)
