"""The random scenario: tickets of every kind while processes are killed; then the invariants."""

import asyncio
import time
import tomllib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import tomli_w

from local.demo.connections import Connections, connect
from local.demo.demo import reset_state
from local.faults.claim_driver import ClaimDriver, rows
from local.faults.invariants import INVARIANTS, violations
from local.faults.planned_claims import PlannedClaim, plan_claims
from local.faults.process_faults import PAUSE, RandomFaultInjector
from local.faults.witnesses import Evidence, question
from local.stack.ports import Ports
from local.stack.profiles import merge_overlay
from local.stack.stack import ROOT, Stack

OVERLAYS: Final = ROOT / "local" / "stack" / "overlays"
SHORT_WAITS: Final[dict[str, dict[str, Any]]] = {
    # Half a minute and a minute and a half in the demonstration.
    "fernweh": {"registration_delay": "PT8S", "cancellation": {"period": "PT12S"}},
}
MANY: Final = {
    "limits": {"accepted_per_day": 1_000_000},
    "channel": {"requests_per_second": 50, "concurrency": 8},
}
"""Limits are the subject of other tests."""
KILL_SECONDS: Final = sum(PAUSE) / 2 + 1.0
"""How long a kill takes on average, with the pause before it."""
OTHER_SECONDS: Final = 20.0
"""How long the other faults take beside the read-only database."""
QUIET_SECONDS: Final = 600.0
POLL_SECONDS: Final = 1.0
LISTED: Final = 20
LineReport = Callable[[str], None]
_STATES: Final = "select number, state from tickets where number = any($1)"
_UNFINISHED: Final = {
    "unsent e-mails": "select number from emails where sent_at is null",
    "outcomes in the outbox": "select number from outcome_outbox",
    "unsequenced transitions": "select transition_id from unsequenced_transitions",
    "webhooks": "select sequence from webhooks where next_attempt_at is not null",
}


@dataclass(frozen=True)
class RandomRun:
    """How large a run is; the seed decides all else."""

    seed: int
    tickets: int
    kills: int
    read_only_seconds: float


async def random_faults(run: RandomRun, state: Path, report: LineReport) -> bool:
    """Run it on a fresh stack; return whether every invariant holds."""
    report(
        f"Seed {run.seed}: {run.tickets} tickets, {run.kills} kills, the database read-only for"
        f" {run.read_only_seconds:.0f} s, a lost lock holder, a migration"
    )
    reset_state(state)
    stack = Stack(state, Ports.free(), overlays_dir=write_overlays(state / "overlays"))
    async with stack, connect(stack) as connections:
        evidence = await stack.supervisor.run_while_healthy(_run(run, stack, connections, report))
    return report_violations(evidence, report)


def write_overlays(folder: Path) -> Path:
    """Write the overlays of this scenario's partners: short waits, no limits; return the folder."""
    folder.mkdir(parents=True)
    for file in OVERLAYS.glob("*.toml"):
        overlay = tomllib.loads(file.read_text(encoding="utf-8"))
        if "channel" in overlay:
            overlay = merge_overlay(overlay, MANY)
        overlay = merge_overlay(overlay, SHORT_WAITS.get(file.stem, {}))
        (folder / file.name).write_text(tomli_w.dumps(overlay), encoding="utf-8")
    return folder


async def _run(
    run: RandomRun, stack: Stack, connections: Connections, report: LineReport
) -> Evidence:
    injector = RandomFaultInjector(stack, run.seed, run.kills, run.read_only_seconds, report)
    seconds = max(run.kills * KILL_SECONDS, run.read_only_seconds + OTHER_SECONDS)
    claims = plan_claims(run.seed, run.tickets, seconds, datetime.now(UTC))
    return await drive(claims, connections, report, faults=injector.run)


async def drive(
    claims: Sequence[PlannedClaim],
    connections: Connections,
    report: LineReport,
    *,
    faults: Callable[[], Awaitable[None]] | None = None,
    seconds: float = QUIET_SECONDS,
) -> Evidence:
    """File all claims while the `faults` come, wait until nothing is left to do, for `seconds` at
    most, and question the witnesses.
    """
    driver = ClaimDriver(connections)
    await driver.prepare(claims)
    driving = asyncio.create_task(driver.run(claims))
    try:
        if faults:
            await faults()
        await _settle(claims, driving, connections, report, seconds)
    finally:
        driving.cancel()
    return await question(claims, driver.answers, driver.refusals, connections)


async def _settle(
    claims: Sequence[PlannedClaim],
    driving: asyncio.Task[None],
    connections: Connections,
    report: LineReport,
    seconds: float,
) -> None:
    begun = time.monotonic()
    await asyncio.wait([driving], timeout=seconds)
    if driving.done():
        driving.result()  # an error of the driver ends the run
    while left := await _unfinished(connections, claims):
        if time.monotonic() - begun > seconds:
            report(f"Not quiet after {seconds:.0f} s: {left}")
            return
        await asyncio.sleep(POLL_SECONDS)
    report(f"Quiet {time.monotonic() - begun:.0f} s after the last fault")


async def _unfinished(connections: Connections, claims: Sequence[PlannedClaim]) -> dict[str, int]:
    """Return how much is left to do: also a ticket that stays open has a state to reach."""
    counts = {what: len(await rows(connections, query)) for what, query in _UNFINISHED.items()}
    found = await rows(connections, _STATES, [one.number for one in claims])
    states = {row["number"]: row["state"] for row in found}
    moving = [one for one in claims if states.get(one.number) not in one.kind.ends]
    counts["tickets that are not where they end"] = len(moving)
    return {what: count for what, count in counts.items() if count}


def report_violations(evidence: Evidence, report: LineReport) -> bool:
    """Print how the tickets ended and which invariants are broken; return whether none is."""
    states: dict[str, int] = {}
    for row in evidence.tickets.values():
        states[row["state"]] = states.get(row["state"], 0) + 1
    report("Tickets: " + ", ".join(f"{count} {state}" for state, count in sorted(states.items())))
    broken = violations(evidence)
    for name in INVARIANTS:
        lines = broken.get(name, [])
        report(f"{'BROKEN' if lines else 'ok    '} {name}")
        for line in lines[:LISTED]:
            report(f"       {line}")
        if len(lines) > LISTED:
            report(f"       and {len(lines) - LISTED} more")
    return not broken
