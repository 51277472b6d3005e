"""Runs the product with each seeded bug; the invariant that it breaks must say so."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from local.demo.connections import Connections, connect
from local.demo.demo import reset_state
from local.faults.invariants import violations
from local.faults.planned_claims import plan_claims
from local.faults.random_faults import LineReport, drive, write_overlays
from local.faults.seeded_bugs import BUGS, PROGRAMS, SeededBug
from local.faults.ticket_kinds import KINDS
from local.stack.ports import Ports
from local.stack.readiness import wait_until_ready
from local.stack.stack import ROOT, Stack
from local.stack.supervisor import ProcessSpec

CLAIMS: Final = 3
QUIET_SECONDS: Final = 12.0
"""A bug may keep a ticket from its end: waiting longer shows nothing more."""
SERIALS: Final = 100


async def seeded_bugs(state: Path, report: LineReport, names: Sequence[str] = tuple(BUGS)) -> bool:
    """Run each on the same stack, with claims of its own; return whether all were caught."""
    reset_state(state)
    stack = Stack(state, Ports.free(), overlays_dir=write_overlays(state / "overlays"))
    caught: list[bool] = []
    async with stack, connect(stack) as connections:
        for index, name in enumerate(names):
            work = _run(name, (index + 1) * SERIALS, stack, connections, report)
            caught.append(await stack.supervisor.run_while_healthy(work))
    return all(caught)


async def _run(
    name: str, first: int, stack: Stack, connections: Connections, report: LineReport
) -> bool:
    """Restart worker and gateway with the bug, file claims, look for the violation."""
    await asyncio.gather(*(_restart(program, name, stack) for program in PROGRAMS))
    await wait_until_ready(f"{stack.addresses['gateway']}/readyz")
    bug: SeededBug = BUGS[name]
    kinds = [kind for kind in KINDS if kind.name in bug.kinds]
    claims = plan_claims(0, CLAIMS, 1.0, datetime.now(UTC), first=first, kinds=kinds)
    evidence = await drive(claims, connections, lambda line: None, seconds=QUIET_SECONDS)
    broken = violations(evidence)
    expected = bug.invariant.__name__.replace("_", " ")
    found = broken.get(expected, [])
    report(f"{name}: {f'caught by {expected}: {found[0]}' if found else 'NOT CAUGHT'}")
    return bool(found)


async def _restart(program: str, bug: str, stack: Stack) -> None:
    await stack.supervisor.stop(program, at_once=True)
    command = (sys.executable, "-m", "local.faults.seeded_bugs", bug, program)
    spec = ProcessSpec(program, command, stack.environment, folder=ROOT, restart=True)
    await stack.supervisor.start(spec)
