"""`python -m local chaos`: the fault suite, each scenario on fresh state of its own.

killed-worker, killed-gateway: the demonstration while its worker, or its gateway, is killed at
random moments; the table must be the same as without. The seed is printed: with it the same moments
come again.
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
from local.demo.demo import demo, ended_by_sigterm, to_the_end
from local.demo.scenarios import FOLDER
from local.faults.outages import PARTS, outage
from local.stack.stack import Stack

STATE: Final = Path(".local/chaos")
KILLED: Final = {"killed-worker": "worker", "killed-gateway": "gateway"}
"""The scenarios of sudden death, and whose it is."""
SCENARIOS: Final = (*KILLED, *PARTS)
TIME: Final = 240.0  # seconds for all claims
OUTAGE: Final = 20.0  # seconds
KILLS: Final = 5
FEWEST: Final = 4
QUIET: Final = (0.5, 3.0)  # seconds between two kills, at least and at most
STEP: Final = 0.05


def main(arguments: list[str]) -> int:
    """Play the scenarios one after the other; 0 if all of them went well."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.kills < FEWEST:
        parser.error(f"--kills: expected at least {FEWEST}")
    if options.outage <= 0:
        parser.error("--outage: expected more than 0 seconds")
    return to_the_end(chaos(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local chaos",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--only", choices=SCENARIOS, action="append", help="this scenario; may come again")
    add("--outage", type=float, default=OUTAGE, help="seconds that a part is gone (%(default)s)")
    add("--seed", type=int, default=time.time_ns() % 1_000_000, help="default: from the clock")
    add("--kills", type=int, default=KILLS, help=f"at least {FEWEST} (%(default)s)")
    add("--examples", type=Path, default=FOLDER, help="the folder of claims.csv to play")
    add("--state-dir", type=Path, default=STATE, help="one folder in it per scenario (%(default)s)")
    return parser


async def chaos(options: argparse.Namespace) -> int:
    """Play what `options` name; the result is the exit code."""
    console = Console(highlight=False)
    went: dict[str, bool] = {}
    for name in options.only or SCENARIOS:
        try:
            went[name] = await _play(name, options, console)
        except TicketError as error:
            console.print(f"error: {error}", markup=False)
            went[name] = False
    return summary(went, console)


async def _play(name: str, options: argparse.Namespace, console: Console) -> bool:
    state = options.state_dir / name
    if part := KILLED.get(name):
        return await killed(part, state, options.seed, options.kills, options.examples)
    ended_by_sigterm()
    return await outage(name, options.outage, state, console)


def summary(went: Mapping[str, bool], console: Console) -> int:
    """Print how each scenario went; 0 if all went well."""
    for name, well in went.items():
        console.print(f"{name}: {'ok' if well else 'FAILED'}")
    return 0 if all(went.values()) else 1


async def killed(part: str, state: Path, seed: int, kills: int, examples: Path = FOLDER) -> bool:
    """Kill the part so often while the examples play; whether it was, and all ended as ever."""
    print(f"Seed {seed}: the {part} is killed {kills} times", flush=True)
    killer = Killer(part, seed, kills)
    code = await demo(state, seconds=TIME, trouble=killer.rage, examples=examples)
    moments = killer.moments
    print(f"Seed {seed}: {part} killed {len(moments)} times, at {_listed(moments)}")
    if len(moments) < FEWEST:
        print(f"expected {FEWEST} kills or more: the claims ended before that")
    return code == 0 and len(moments) >= FEWEST


def _listed(moments: Sequence[float]) -> str:
    return ", ".join(f"{moment:.1f} s" for moment in moments) or "no time"


class Killer:
    """Ends a part without warning; `moments` are seconds since the beginning of the play."""

    def __init__(self, part: str, seed: int, kills: int) -> None:
        """Draw the pauses at once, so that the seed alone decides about them."""
        self._part = part
        chance = random.Random(seed)  # noqa: S311
        self._pauses = [chance.uniform(*QUIET) for _ in range(kills)]
        self.moments: list[float] = []

    async def rage(self, stack: Stack) -> None:
        """Kill after each pause, as soon as there is one to kill."""
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
            os.kill(stack.supervisor.pid(self._part), signal.SIGKILL)
        except (ProcessLookupError, KeyError):
            return False
        return True
