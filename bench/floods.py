"""Floods of every kind at full speed, with the worker killed in the middle: what do others notice?

Meanwhile another partner sends outcomes at a steady rate (measured from call to transition), and a
platform calls (measured to the response). The flooded ticket must accept an agent's decision.
"""

import asyncio
import itertools
import sys
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import psutil

from adapters.security.signed_links import member_link, sign_link
from bench.counts import WorkCount
from bench.figures import Figure, median_and_p95
from bench.flood_traffic import Flood, FloodKind
from bench.load import FiledTicket, LoadGenerator, Report, start_load_stack
from bench.outcome_times import OutcomeTimes
from bench.run_sizes import run_sizes
from bench.signed_calls import send_outcome
from local.platform_simulator.tokens import TokenIssuer

FLOOD_SECONDS: Final = WorkCount(60, quick=10)
KINDS: Final[tuple[FloodKind, ...]] = ("partner", "member", "anonymous", "idle")
FLOODED: Final = "flooded"
MEASURED: Final = "measured"
CHANNEL: Final = {"requests_per_second": 50, "concurrency": 10, "timeout_seconds": 15}
OUTCOMES_PER_SECOND: Final = 1.0
CALLS_PER_SECOND: Final = 4.0
SAMPLE_INTERVAL_SECONDS: Final = 0.5
CALL_TIMEOUT_SECONDS: Final = 30.0
DECISION_TIMEOUT_SECONDS: Final = 60.0
MEBIBYTE: Final = 1024 * 1024
PARTS: Final = ("gateway", "worker")
ACCOUNTS: Final = 20
"""The platform's calls are for this many accounts in turn: each has a separate rate limit."""


@dataclass
class Measurements:
    """What was measured beside one flood: seconds, answers that were no success, bytes."""

    calls: list[float] = field(default_factory=list)
    failures: int = 0
    memory: dict[str, int] = field(default_factory=dict)
    decision: float = DECISION_TIMEOUT_SECONDS


async def measure(state: Path, report: Report, quick: bool) -> list[Figure]:
    """Return, for every kind of flood, what the others noticed, and how large runs became."""
    figures: list[Figure] = []
    seconds = FLOOD_SECONDS.pick(quick)
    for kind in KINDS:
        async with start_load_stack(
            state, dict.fromkeys((FLOODED, MEASURED), CHANNEL), report
        ) as load:
            report(f"{seconds} s of a flood: {kind} ...")
            found = await _beside(load, kind, seconds, report)
            found += await run_sizes(load.stack.addresses["temporal_address"])
        figures += [replace(figure, name=f"{kind}: {figure.name}") for figure in found]
    return figures


async def _beside(
    load: LoadGenerator, kind: FloodKind, seconds: int, report: Report
) -> list[Figure]:
    """Measure beside one flood."""
    flooded = await load.file(FLOODED)
    count = round(seconds * OUTCOMES_PER_SECOND)
    measured = await load.file_all([MEASURED] * count)
    await load.delivered([flooded, *measured], 120)
    gateway = load.stack.addresses["gateway"]
    async with httpx.AsyncClient(
        base_url=gateway, trust_env=False, timeout=CALL_TIMEOUT_SECONDS
    ) as http:
        await _request_information(load, http, flooded)
        measurements, outcomes = Measurements(), OutcomeTimes(load, http, _secret(load, MEASURED))
        flood = asyncio.create_task(_flood(load, kind, flooded, seconds))
        beside = [
            asyncio.create_task(work)
            for work in (
                _calls(load, http, measurements),
                _memory(load, measurements),
                _kill_worker(load, seconds / 2),
            )
        ]
        await outcomes.send(measured, 1 / OUTCOMES_PER_SECOND)
        await _decide(load, http, flooded, measurements)
        report(f"answers to the flood: {await flood}")
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        times = await outcomes.wait_for_all(60)
    return _figures(times, measurements)


def _figures(outcomes: list[float], measurements: Measurements) -> list[Figure]:
    median, p95 = median_and_p95(outcomes)
    _, calls = median_and_p95(measurements.calls)
    memory = [
        Figure(
            f"{name}, most memory", measurements.memory.get(name, 0) / MEBIBYTE, "MiB", at_most=1024
        )
        for name in PARTS
    ]
    return [
        Figure("another partner's outcome, median", median, "s", at_most=1),
        Figure("another partner's outcome, p95", p95, "s", at_most=5),
        Figure("a legitimate call, p95", calls, "s", at_most=0.5),
        Figure("legitimate calls without success", measurements.failures, at_most=0, exact=True),
        Figure("an agent's decision on the flooded ticket", measurements.decision, "s", at_most=30),
        *memory,
    ]


async def _flood(load: LoadGenerator, kind: FloodKind, flooded: FiledTicket, seconds: int) -> str:
    """Run one flood in a separate process; return its counts."""
    secret = load.stack.environment["TICKETS_SIGNING_SECRET"]
    closes_at = datetime.now(UTC) + timedelta(days=1)
    flood = Flood(
        kind=kind,
        port=load.stack.ports.gateway_port,
        seconds=seconds,
        partner_id=FLOODED,
        number=flooded.number,
        token=sign_link(secret, member_link(flooded.number), closes_at),
        secret=_secret(load, FLOODED),
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.flood_traffic",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        out, _ = await process.communicate(flood.model_dump_json().encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return out.decode().strip()


async def _request_information(
    load: LoadGenerator, http: httpx.AsyncClient, flooded: FiledTicket
) -> None:
    """Ask the member of the flooded ticket a question, as its partner."""
    outcome = {
        "outcome_id": f"ask-{flooded.number}",
        "number": flooded.number,
        "outcome": "information_requested",
        "questions": ["Which shop?"],
    }
    await send_outcome(http, FLOODED, _secret(load, FLOODED), outcome)


def _secret(load: LoadGenerator, partner_id: str) -> str:
    return load.stack.environment[f"TICKETS_PARTNER_SECRET_{partner_id.upper()}"]


async def _calls(load: LoadGenerator, http: httpx.AsyncClient, measurements: Measurements) -> None:
    """Make a platform's call at a steady pace, however long the answers take."""
    issuer = TokenIssuer(load.stack.environment)
    accounts = itertools.cycle(range(1, ACCOUNTS + 1))

    async def once() -> None:
        loop = asyncio.get_running_loop()
        started_at, bearer = loop.time(), {"authorization": f"Bearer {issuer.platform()}"}
        try:
            path = f"/v1/accounts/acc-{next(accounts)}/claimable-links"
            response = await http.get(path, params={"kind": "missing_cashback"}, headers=bearer)
            good = response.is_success
        except httpx.TransportError:
            good = False
        measurements.calls.append(loop.time() - started_at)
        measurements.failures += not good

    async with asyncio.TaskGroup() as group:
        while True:
            group.create_task(once())
            await asyncio.sleep(1 / CALLS_PER_SECOND)


async def _memory(load: LoadGenerator, measurements: Measurements) -> None:
    """Record the largest resident memory of each process."""
    while True:
        for name in PARTS:
            measurements.memory[name] = max(measurements.memory.get(name, 0), _resident(load, name))
        await asyncio.sleep(SAMPLE_INTERVAL_SECONDS)


def _resident(load: LoadGenerator, name: str) -> int:
    try:
        return int(psutil.Process(load.stack.supervisor.pid(name)).memory_info().rss)
    except (KeyError, psutil.NoSuchProcess):
        return 0


async def _kill_worker(load: LoadGenerator, after: float) -> None:
    await asyncio.sleep(after)
    await load.stack.supervisor.stop("worker", at_once=True)
    await load.stack.supervisor.start_again("worker")


async def _decide(
    load: LoadGenerator, http: httpx.AsyncClient, flooded: FiledTicket, measurements: Measurements
) -> None:
    """Reject the flooded ticket as an agent while the flood still goes on."""
    token = TokenIssuer(load.stack.environment).agent("anna")
    decision = {
        "request_id": f"decide-{flooded.number}",
        "outcome": "rejected",
        "reason_code": "other",
        "note": "flooded",
    }
    loop = asyncio.get_running_loop()
    started_at = loop.time()
    while loop.time() - started_at < DECISION_TIMEOUT_SECONDS:
        response = await _post(http, f"/v1/tickets/{flooded.number}/decision", decision, token)
        if response == 200:
            measurements.decision = loop.time() - started_at
            return
        await asyncio.sleep(SAMPLE_INTERVAL_SECONDS)


async def _post(http: httpx.AsyncClient, path: str, content: Any, token: str) -> int:
    try:
        response = await http.post(path, json=content, headers={"authorization": f"Bearer {token}"})
    except httpx.TransportError:
        return 0
    return response.status_code
