"""Faults of the random scenario: killed processes, a read-only database, a lost lock holder, a
migration. The seed alone decides when and which.
"""

import asyncio
import os
import random
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.postgres.schema.migrations import FOLDER, migrate
from local.faults.database.database_faults import (
    END_SESSIONS,
    POLL_SECONDS,
    as_owner,
    kill_server,
    set_read_only,
    with_owner,
)
from local.faults.kills import kill_restarted
from local.stack.stack import ROOT, Stack
from local.stack.supervisor import ProcessSpec

KILLED: Final = ("worker", "gateway", "temporal", "postgres")
READ_ONLY: Final = "database read-only"
LOST_LOCK: Final = "connection lost with row locks"
MIGRATION: Final = "migration"
OTHERS: Final = (READ_ONLY, LOST_LOCK, MIGRATION)
LOCK_HOLDER: Final = "lock-holder"
PAUSE: Final = (0.5, 4.0)
"""Seconds between two faults, at least and at most."""
DOWN: Final = (0.0, 1.5)
"""Seconds until a killed server is started again; worker and gateway restart by themselves."""
_MIGRATION_SQL: Final = """
alter table tickets add column fault_suite text;
create index tickets_fault_suite_idx on tickets (fault_suite);
"""
_SESSION_ID: Final = re.compile(r"^[0-9]+$", re.MULTILINE)
"""What the lock holder prints; errors of a database that is killed just then go there, too."""
_SESSION_EXISTS: Final = "select exists (select from pg_stat_activity where pid = $1)"


@dataclass(frozen=True)
class PlannedFault:
    """A fault, `pause` seconds after the one before; a killed server is down for `down` seconds."""

    name: str
    pause: float
    down: float


class RandomFaultInjector:
    """Injects the faults of one run, and reports each."""

    def __init__(
        self,
        stack: Stack,
        seed: int,
        kills: int,
        read_only_seconds: float,
        report: Callable[[str], None],
    ) -> None:
        """Plan `kills` kills and, beside them, one of each other fault."""
        self._stack = stack
        self._report = report
        self._read_only_seconds = read_only_seconds
        chance = random.Random(seed)  # noqa: S311
        others = chance.sample(OTHERS, len(OTHERS))
        self._kills = _planned([chance.choice(KILLED) for _ in range(kills)], chance)
        self._others = _planned(others, chance)
        self._started_at = 0.0
        self._counts: Counter[str] = Counter()

    async def run(self) -> None:
        """Inject them all: the kills one after the other, and so the others meanwhile."""
        self._started_at = time.monotonic()
        await asyncio.gather(self._inject_all(self._kills), self._inject_all(self._others))
        counts = ", ".join(f"{name} {times}" for name, times in sorted(self._counts.items()))
        self._report(f"Faults: {counts}")

    async def _inject_all(self, faults: Sequence[PlannedFault]) -> None:
        for fault in faults:
            await asyncio.sleep(fault.pause)
            self._report(f"{time.monotonic() - self._started_at:6.1f} s: {fault.name}")
            await self._inject(fault)
            self._counts[fault.name] += 1

    async def _inject(self, fault: PlannedFault) -> None:
        match fault.name:
            case "temporal" | "postgres":
                await kill_server(self._stack, fault.name, fault.down)
            case "worker" | "gateway":
                await kill_restarted(self._stack, fault.name)
            case _ if fault.name == READ_ONLY:
                await self._make_read_only()
            case _ if fault.name == LOST_LOCK:
                await self._lose_lock_holder()
            case _:
                await self._migrate()

    async def _make_read_only(self) -> None:
        """Let the database refuse writes, as a server that is no longer the primary does."""
        await self._set_read_only("on")
        await asyncio.sleep(self._read_only_seconds)
        await self._set_read_only("off")

    async def _set_read_only(self, value: str) -> None:
        await set_read_only(self._stack, value)
        await as_owner(self._stack, END_SESSIONS)

    async def _lose_lock_holder(self) -> None:
        """Stop a process that holds row locks in a transaction, without closing its connection.

        The database notices nothing of it: its own time-outs must free the rows.
        """
        supervisor = self._stack.supervisor
        command = (sys.executable, "-m", "local.faults.lock_holder")
        environment = self._stack.environment
        await supervisor.start(
            ProcessSpec(LOCK_HOLDER, command, environment, folder=ROOT, restart=True)
        )
        log = self._stack.state / "logs" / f"{LOCK_HOLDER}.log"
        found: list[str] = []
        while not found:
            await asyncio.sleep(POLL_SECONDS)
            found = _SESSION_ID.findall(log.read_text(encoding="utf-8"))
        session = int(found[-1])
        os.kill(supervisor.pid(LOCK_HOLDER), signal.SIGSTOP)
        try:
            lost = False
            while not lost:
                await asyncio.sleep(POLL_SECONDS)
                lost = not await as_owner(self._stack, _SESSION_EXISTS, session)
        finally:
            await supervisor.stop(LOCK_HOLDER, at_once=True)

    async def _migrate(self) -> None:
        """Apply one more migration, as the owner, while tickets are being worked on."""
        folder = self._stack.state / "migrations"
        folder.mkdir(exist_ok=True)
        for file in FOLDER.glob("*.sql"):
            (folder / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
        (folder / "9999_fault_suite.sql").write_text(_MIGRATION_SQL, encoding="utf-8")
        await with_owner(self._stack, lambda owner: migrate(owner, folder))


def _planned(names: Sequence[str], chance: random.Random) -> list[PlannedFault]:
    return [PlannedFault(name, chance.uniform(*PAUSE), chance.uniform(*DOWN)) for name in names]
