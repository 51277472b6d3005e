"""`python -m local chaos`: the fault suite, each scenario on a fresh stack.

random: tickets of every kind while worker, gateway, Temporal server and PostgreSQL are killed at
random times, the database is read-only for a while, a connection is lost with row locks, and the
schema is migrated; then every invariant of `local/faults/invariants.py` must hold.
seeded-bugs: the product with one bug for each invariant, which must be caught.
database-trouble: the database is read-only, killed, locked, gets another password and new columns
under load, while readiness is compared with what is true; pgbouncer: the same through PgBouncer.
killed-worker, killed-gateway: the demonstration while its worker, or its gateway, is killed.
database, mail-server, partner, worker, platform: that part is gone for a while
(`local/faults/outages.py`).
The seed is printed: it reproduces what is filed, what is killed and when.
"""

import argparse
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

from rich.console import Console

from domain.errors import TicketError
from local.demo.demo import cancel_on_sigterm, run_to_exit_code
from local.demo.scenario_files import FOLDER
from local.faults.database.scenario import database_trouble
from local.faults.kills import MIN_KILLS, killed
from local.faults.outages import PARTS, outage
from local.faults.random_faults import RandomRun, random_faults
from local.faults.seeded_bug_runs import seeded_bugs

STATE: Final = Path(".local/chaos")
RANDOM: Final = "random"
SEEDED_BUGS: Final = "seeded-bugs"
KILL_SCENARIOS: Final = {"killed-worker": "worker", "killed-gateway": "gateway"}
"""The scenarios that kill one process, and which one."""
DATABASE_TROUBLE: Final = "database-trouble"
PGBOUNCER: Final = "pgbouncer"
SCENARIOS: Final = (
    RANDOM, SEEDED_BUGS, DATABASE_TROUBLE, PGBOUNCER, *KILL_SCENARIOS, *PARTS,
)  # fmt: skip
OUTAGE_SECONDS: Final = 20.0
READ_ONLY_SECONDS: Final = 60.0
TICKETS: Final = 1000
RANDOM_KILLS: Final = 100
DEMO_KILLS: Final = 5


def main(arguments: list[str]) -> int:
    """Run the scenarios one after the other; 0 if all succeeded."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.kills is not None and options.kills < MIN_KILLS:
        parser.error(f"--kills: expected at least {MIN_KILLS}")
    if options.tickets < 1:
        parser.error("--tickets: expected at least 1")
    for name in ("outage", "read_only"):
        if getattr(options, name) <= 0:
            parser.error(f"--{name.replace('_', '-')}: expected more than 0 seconds")
    return run_to_exit_code(chaos(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local chaos",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--only", choices=SCENARIOS, action="append", help="this scenario; may come again")
    add("--seed", type=int, default=time.time_ns() % 1_000_000, help="default: from the time")
    add("--tickets", type=int, default=TICKETS, help="of the scenario random (%(default)s)")
    add(
        "--kills",
        type=int,
        help=f"at least {MIN_KILLS} (random: {RANDOM_KILLS}, killed-…: {DEMO_KILLS})",
    )
    add(
        "--read-only",
        type=float,
        default=READ_ONLY_SECONDS,
        help="seconds without writes, of random (%(default)s); database-trouble takes half of them",
    )
    add(
        "--outage",
        type=float,
        default=OUTAGE_SECONDS,
        help="seconds that a part is gone (%(default)s)",
    )
    add("--scenarios", type=Path, default=FOLDER, help="the folder of claims.csv, of killed-…")
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
    state, report = options.state_dir / name, partial(console.print, markup=False, soft_wrap=True)
    if part := KILL_SCENARIOS.get(name):
        kills = options.kills or DEMO_KILLS
        return await killed(part, state, options.seed, kills, options.scenarios)
    cancel_on_sigterm()
    if name == SEEDED_BUGS:
        return await seeded_bugs(state, report)
    if name == RANDOM:
        kills = options.kills or RANDOM_KILLS
        run = RandomRun(options.seed, options.tickets, kills, options.read_only)
        return await random_faults(run, state, report)
    if name in (DATABASE_TROUBLE, PGBOUNCER):
        half, pooled = options.read_only / 2, name == PGBOUNCER
        return await database_trouble(state, options.seed, half, pooled, report)
    return await outage(name, options.outage, state, console)


def summary(went: Mapping[str, bool], console: Console) -> int:
    """Print how each scenario went; 0 if all went well."""
    for name, well in went.items():
        console.print(f"{name}: {'ok' if well else 'FAILED'}")
    return 0 if all(went.values()) else 1
