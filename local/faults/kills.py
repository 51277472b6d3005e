"""`python -m local chaos`: the fault suite, each scenario on a fresh stack.

killed-worker, killed-gateway: the demonstration while its worker, or its gateway, is killed at
random times; the table must be the same as without. The seed is printed: it reproduces the times.
database, mail-server, partner, worker, platform: that part is gone for a while
(`local/faults/outages.py`).
"""

import argparse
import asyncio
import os
import random
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from domain.errors import TicketError
from local.demo.demo import cancel_on_sigterm, demo, run_to_exit_code
from local.demo.scenario_files import FOLDER
from local.faults.outages import PARTS, outage
from local.stack.stack import Stack

STATE: Final = Path(".local/chaos")
KILL_SCENARIOS: Final = {"killed-worker": "worker", "killed-gateway": "gateway"}
"""The scenarios that kill a process, and which one."""
SCENARIOS: Final = (*KILL_SCENARIOS, *PARTS)
TIMEOUT_SECONDS: Final = 240.0  # seconds for all claims
OUTAGE_SECONDS: Final = 20.0  # seconds
KILLS: Final = 5
MIN_KILLS: Final = 4
KILL_INTERVAL_SECONDS: Final = (0.5, 3.0)  # seconds between two kills, at least and at most
POLL_SECONDS: Final = 0.05


def main(arguments: list[str]) -> int:
    """Run the scenarios one after the other; 0 if all succeeded."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.kills < MIN_KILLS:
        parser.error(f"--kills: expected at least {MIN_KILLS}")
    if options.outage <= 0:
        parser.error("--outage: expected more than 0 seconds")
    return run_to_exit_code(chaos(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local chaos",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--only", choices=SCENARIOS, action="append", help="this scenario; may come again")
    add(
        "--outage",
        type=float,
        default=OUTAGE_SECONDS,
        help="seconds that a part is gone (%(default)s)",
    )
    add("--seed", type=int, default=time.time_ns() % 1_000_000, help="default: from the time")
    add("--kills", type=int, default=KILLS, help=f"at least {MIN_KILLS} (%(default)s)")
    add("--scenarios", type=Path, default=FOLDER, help="the folder of claims.csv")
    add("--state-dir", type=Path, default=STATE, help="one folder in it per scenario (%(default)s)")
    return parser


async def chaos(options: argparse.Namespace) -> int:
    """Run the scenarios that `options` name; the result is the exit code."""
    console = Console(highlight=False)
    went: dict[str, bool] = {}
    for name in options.only or SCENARIOS:
        try:
            went[name] = await _run(name, options, console)
        except TicketError as error:
            console.print(f"error: {error}", markup=False)
            went[name] = False
    return summary(went, console)


async def _run(name: str, options: argparse.Namespace, console: Console) -> bool:
    state = options.state_dir / name
    if part := KILL_SCENARIOS.get(name):
        return await killed(part, state, options.seed, options.kills, options.scenarios)
    cancel_on_sigterm()
    return await outage(name, options.outage, state, console)


def summary(went: Mapping[str, bool], console: Console) -> int:
    """Print how each scenario went; 0 if all went well."""
    for name, well in went.items():
        console.print(f"{name}: {'ok' if well else 'FAILED'}")
    return 0 if all(went.values()) else 1


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
            await self._kill_soon(stack)
            self.kill_times.append(time.monotonic() - begun)

    async def _kill_soon(self, stack: Stack) -> None:
        while True:
            if self._kill(stack):
                return
            await asyncio.sleep(POLL_SECONDS)

    def _kill(self, stack: Stack) -> bool:
        """Return whether a process was killed: between its end and its restart there is none."""
        try:
            os.kill(stack.supervisor.pid(self._part), signal.SIGKILL)
        except (ProcessLookupError, KeyError):
            return False
        return True
