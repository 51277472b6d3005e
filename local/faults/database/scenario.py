"""The scenarios `database-trouble` and `pgbouncer`: the database is read-only, killed, locked, gets
another password and new columns, while tickets are filed and the API is called.

At every moment `/readyz` of worker and gateway must say what is true, apart from the seconds that
it takes to notice; the gateway never answers a 5xx but 503; and every invariant holds in the end.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from adapters.postgres.database import Database
from domain.errors import DatabaseUnavailable
from local.demo.connections import Connections, connect
from local.demo.demo import reset_state
from local.faults.database.database_faults import (
    END_SESSIONS,
    POLL_SECONDS,
    as_owner,
    kill_server,
    set_read_only,
    with_owner,
)
from local.faults.database.probing import ReadinessProbes, TruePhase, readiness_faults
from local.faults.database.stack_with_faults import FaultyDatabaseStack
from local.faults.database.traffic import Traffic
from local.faults.planned_claims import plan_claims
from local.faults.random_faults import LineReport, drive, report_violations
from local.faults.witnesses import Evidence
from local.platform_simulator.tokens import TokenIssuer

CLAIMS: Final = 100
CALM_SECONDS: Final = 6.0
"""Between two faults; longer than readiness takes to notice."""
DOWN_SECONDS: Final = 8.0
LOCKED_SECONDS: Final = 12.0
"""Longer than any time-out of a statement."""
OTHER_SECONDS: Final = 70.0
"""How long the scenario takes, beside the read-only database."""
NEW_PASSWORD: Final = "anotherone"  # noqa: S105
GROWN: Final = ("links", "tickets", "ticket_transitions", "emails", "events", "partner_outcomes")
NOT_BROKEN: Final = 503


class DatabaseTrouble:
    """One run on a running stack; `phases` says what was true when."""

    def __init__(
        self, stack: FaultyDatabaseStack, traffic: Traffic, read_only_seconds: float
    ) -> None:
        """Prepare nothing yet."""
        self._stack = stack
        self._traffic = traffic
        self._read_only_seconds = read_only_seconds
        self.phases: list[TruePhase] = []

    async def run(self) -> None:
        """Go through all faults."""
        await self._calm("before")
        await self._be_read_only()
        await self._phase(
            "killed", False, lambda: kill_server(self._stack, "postgres", DOWN_SECONDS)
        )
        await self._until_reachable()
        await self._calm("started again")
        await self._phase("tickets locked", True, lambda: with_owner(self._stack, _lock_tickets))
        await self._calm("unlocked")
        await self._replace_password()
        await self._phase("columns added", True, self._add_columns)

    async def _calm(self, name: str) -> None:
        await self._phase(name, True, lambda: asyncio.sleep(CALM_SECONDS))

    async def _phase(self, name: str, is_ready: bool, what: Callable[[], Awaitable[None]]) -> None:
        self._traffic.phase = name
        begun = time.monotonic()
        await what()
        self.phases.append(TruePhase(name, is_ready, begun, time.monotonic()))

    async def _be_read_only(self) -> None:
        """Sessions that begin meanwhile stay read-only, as those with a former primary do; those of
        PgBouncer are ended.
        """
        await set_read_only(self._stack, "on")
        await as_owner(self._stack, END_SESSIONS)
        await self._phase("read-only", False, lambda: asyncio.sleep(self._read_only_seconds))
        await set_read_only(self._stack, "off")
        if self._stack.pooled:
            await as_owner(self._stack, END_SESSIONS)
        await self._calm("writable again")

    async def _until_reachable(self) -> None:
        """Wait until the database has recovered, and PgBouncer has noticed."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            with contextlib.suppress(DatabaseUnavailable):
                async with Database.connect(self._stack.service_url, 1, 0) as database:
                    await database.accepts_writes()
                    return

    async def _replace_password(self) -> None:
        await self._stack.replace_password(NEW_PASSWORD)
        await as_owner(self._stack, END_SESSIONS)
        await self._phase("password changed", False, lambda: asyncio.sleep(DOWN_SECONDS))
        self._stack.hand_out_password()
        await self._calm("password in the file")

    async def _add_columns(self) -> None:
        for table in GROWN:
            await as_owner(self._stack, f"alter table {table} add column fault_suite text")
            await asyncio.sleep(1)


async def _lock_tickets(owner: Database) -> None:
    async with owner.transaction() as connection:
        await connection.execute("lock table tickets in access exclusive mode")
        await asyncio.sleep(LOCKED_SECONDS)


async def database_trouble(
    state: Path, seed: int, read_only_seconds: float, pooled: bool, report: LineReport
) -> bool:
    """Run it on a fresh stack; return whether all is as it must be."""
    way = "through PgBouncer in transaction mode" if pooled else "directly"
    report(f"Seed {seed}: the database {way}, read-only for {read_only_seconds:.0f} s")
    reset_state(state)
    stack = FaultyDatabaseStack(state, pooled=pooled)
    async with stack, connect(stack) as connections:
        traffic = Traffic(stack.addresses["gateway"], TokenIssuer(stack.environment))
        probes = ReadinessProbes(
            {
                "gateway": f"{stack.addresses['gateway']}/readyz",
                "worker": f"http://{stack.worker_probes}/readyz",
            }
        )
        trouble = DatabaseTrouble(stack, traffic, read_only_seconds)
        run = _run(trouble, traffic, probes, seed, connections, report)
        evidence = await stack.supervisor.run_while_healthy(run)
        statuses = await traffic.all_statuses()
    _report_phases(trouble.phases, probes, traffic, report)
    wrong = [*readiness_faults(probes, trouble.phases), *traffic_faults(traffic, statuses)]
    report("Statuses of all callers: " + _counted(statuses))
    for line in wrong:
        report(f"wrong: {line}")
    return report_violations(evidence, report) and not wrong


async def _run(
    trouble: DatabaseTrouble,
    traffic: Traffic,
    probes: ReadinessProbes,
    seed: int,
    connections: Connections,
    report: LineReport,
) -> Evidence:
    """File claims and call the API during all faults; no longer, when the tickets come to rest."""

    async def faults() -> None:
        meanwhile = [asyncio.create_task(probes.run()), asyncio.create_task(traffic.run())]
        try:
            await trouble.run()
        finally:
            for task in meanwhile:
                task.cancel()
            for task in meanwhile:
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    claims = plan_claims(seed, CLAIMS, OTHER_SECONDS, datetime.now(UTC))
    return await drive(claims, connections, report, faults=faults)


def _report_phases(
    phases: list[TruePhase], probes: ReadinessProbes, traffic: Traffic, report: LineReport
) -> None:
    names = [*probes.addresses]
    report(
        f"{'phase':<22}{'seconds':>8}{'ready':>7}" + "".join(f"{n:>10}" for n in names) + "  calls"
    )
    for phase in phases:
        agreed = [probes.agreement(name, phase)[0] for name in names]
        shown = "".join(f"{'never' if one is None else f'{one:.1f} s':>10}" for one in agreed)
        calls = Counter(
            {status: n for (name, status), n in traffic.statuses.items() if name == phase.name}
        )
        ready = "yes" if phase.is_ready else "no"
        took = phase.ended - phase.begun
        report(f"{phase.name:<22}{took:>8.1f}{ready:>7}{shown}  {_counted(calls)}")


def traffic_faults(traffic: Traffic, statuses: Counter[int]) -> list[str]:
    """Return what the gateway answered and should not have; `statuses` to all callers."""
    seen = statuses + Counter({status: n for (_, status), n in traffic.statuses.items()})
    broken = {status for status in seen if status >= 500 and status != NOT_BROKEN}
    silent = {phase for phase, status in traffic.statuses if status == 0}
    return [
        *traffic.surprises.values(),
        *(f"the gateway answered {status}" for status in sorted(broken)),
        *(f"{phase}: calls without an answer" for phase in sorted(silent)),
    ]


def _counted(statuses: Counter[int]) -> str:
    return ", ".join(f"{status}: {statuses[status]}" for status in sorted(statuses))
