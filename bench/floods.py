"""Floods of every kind at full speed, with the worker killed in the middle: who notices them?

Meanwhile another partner's outcomes are sent at a steady pace (from the call to the move), and a
platform's call is made (to its answer). The flooded ticket must take an agent's decision.
"""

import asyncio
import itertools
import os
import sys
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from adapters.security.signed_links import member_link, sign_link
from bench.figures import Figure, middle_and_tail
from bench.flood_traffic import Flood, Kind
from bench.load import Crowd, Filed, Tell, gathered
from bench.outcome_times import OutcomeTimes
from bench.run_sizes import run_sizes
from bench.signed_calls import send_outcome
from local.platform_simulator.tokens import TokenIssuer

SECONDS: Final = float(os.environ.get("BENCH_FLOOD_SECONDS", "60"))
KINDS: Final[tuple[Kind, ...]] = ("partner", "member", "anonymous", "idle")
FLOODED: Final = "flooded"
MEASURED: Final = "measured"
CHANNEL: Final = {"requests_per_second": 50, "concurrency": 10, "timeout_seconds": 15}
OUTCOMES_PER_SECOND: Final = 1.0
CALLS_PER_SECOND: Final = 4.0
SAMPLE_PAUSE: Final = 0.5
CALL_TIMEOUT: Final = 30.0
DECISION_TIMEOUT: Final = 60.0
MEBIBYTE: Final = 1024 * 1024
PARTS: Final = ("gateway", "worker")
ACCOUNTS: Final = 20
"""So many accounts the platform asks for in turn: each has a rate of its own."""


@dataclass
class Seen:
    """What was measured beside one flood: seconds, answers that were no success, bytes."""

    calls: list[float] = field(default_factory=list)
    failures: int = 0
    memory: dict[str, int] = field(default_factory=dict)
    decision: float = DECISION_TIMEOUT


async def measure(state: Path, tell: Tell) -> list[Figure]:
    """Return, for every kind of flood, what the others noticed, and how large runs became."""
    figures: list[Figure] = []
    for kind in KINDS:
        async with gathered(state, dict.fromkeys((FLOODED, MEASURED), CHANNEL), tell) as crowd:
            tell(f"{SECONDS:.0f} s of a flood: {kind} ...")
            found = await _beside(crowd, kind, tell)
            found += await run_sizes(crowd.stack.addresses["temporal_address"])
        figures += [replace(figure, name=f"{kind}: {figure.name}") for figure in found]
    return figures


async def _beside(crowd: Crowd, kind: Kind, tell: Tell) -> list[Figure]:
    """Measure beside one flood."""
    flooded = await crowd.file(FLOODED)
    count = round(SECONDS * OUTCOMES_PER_SECOND)
    measured = await crowd.file_all([MEASURED] * count)
    await crowd.delivered([flooded, *measured], 120)
    gateway = crowd.stack.addresses["gateway"]
    async with httpx.AsyncClient(base_url=gateway, trust_env=False, timeout=CALL_TIMEOUT) as http:
        await _ask_member(crowd, http, flooded)
        seen, outcomes = Seen(), OutcomeTimes(crowd, http, _secret(crowd, MEASURED))
        flood = asyncio.create_task(_flood(crowd, kind, flooded))
        beside = [
            asyncio.create_task(work)
            for work in (_calls(crowd, http, seen), _memory(crowd, seen), _kill_worker(crowd))
        ]
        await outcomes.send(measured, 1 / OUTCOMES_PER_SECOND)
        await _decide(crowd, http, flooded, seen)
        tell(f"answers to the flood: {await flood}")
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        times = await outcomes.all_seen(60)
    return _figures(times, seen)


def _figures(outcomes: list[float], seen: Seen) -> list[Figure]:
    median, tail = middle_and_tail(outcomes)
    _, calls = middle_and_tail(seen.calls)
    memory = [
        Figure(f"{name}, most memory", seen.memory.get(name, 0) / MEBIBYTE, "MiB", at_most=1024)
        for name in PARTS
    ]
    return [
        Figure("another partner's outcome, median", median, "s", at_most=1),
        Figure("another partner's outcome, p95", tail, "s", at_most=5),
        Figure("a legitimate call, p95", calls, "s", at_most=0.5),
        Figure("legitimate calls without success", seen.failures, at_most=0),
        Figure("an agent's decision on the flooded ticket", seen.decision, "s", at_most=30),
        *memory,
    ]


async def _flood(crowd: Crowd, kind: Kind, flooded: Filed) -> str:
    """Run one flood in a process of its own; return what it counted."""
    secret = crowd.stack.environment["TICKETS_SIGNING_SECRET"]
    closes_at = datetime.now(UTC) + timedelta(days=1)
    flood = Flood(
        kind=kind,
        port=crowd.stack.ports.gateway_port,
        seconds=SECONDS,
        partner_id=FLOODED,
        number=flooded.number,
        token=sign_link(secret, member_link(flooded.number), closes_at),
        secret=_secret(crowd, FLOODED),
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


async def _ask_member(crowd: Crowd, http: httpx.AsyncClient, flooded: Filed) -> None:
    """Let the flooded ticket's partner ask its member something."""
    outcome = {
        "outcome_id": f"ask-{flooded.number}",
        "number": flooded.number,
        "outcome": "information_requested",
        "questions": ["Which shop?"],
    }
    await send_outcome(http, FLOODED, _secret(crowd, FLOODED), outcome)


def _secret(crowd: Crowd, partner_id: str) -> str:
    return crowd.stack.environment[f"TICKETS_PARTNER_SECRET_{partner_id.upper()}"]


async def _calls(crowd: Crowd, http: httpx.AsyncClient, seen: Seen) -> None:
    """Make a platform's call at a steady pace, however long the answers take."""
    issuer = TokenIssuer(crowd.stack.environment)
    accounts = itertools.cycle(range(1, ACCOUNTS + 1))

    async def once() -> None:
        loop = asyncio.get_running_loop()
        begun, bearer = loop.time(), {"authorization": f"Bearer {issuer.platform()}"}
        try:
            path = f"/v1/accounts/acc-{next(accounts)}/claimable-links"
            answer = await http.get(path, params={"kind": "missing_cashback"}, headers=bearer)
            good = answer.is_success
        except httpx.TransportError:
            good = False
        seen.calls.append(loop.time() - begun)
        seen.failures += not good

    async with asyncio.TaskGroup() as group:
        while True:
            group.create_task(once())
            await asyncio.sleep(1 / CALLS_PER_SECOND)


async def _memory(crowd: Crowd, seen: Seen) -> None:
    """Keep the most resident memory that each part had."""
    while True:
        for name in PARTS:
            seen.memory[name] = max(seen.memory.get(name, 0), _resident(crowd, name))
        await asyncio.sleep(SAMPLE_PAUSE)


def _resident(crowd: Crowd, name: str) -> int:
    try:
        pid = crowd.stack.supervisor.pid(name)
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (KeyError, OSError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


async def _kill_worker(crowd: Crowd) -> None:
    await asyncio.sleep(SECONDS / 2)
    await crowd.stack.supervisor.stop("worker", at_once=True)
    await crowd.stack.supervisor.start_again("worker")


async def _decide(crowd: Crowd, http: httpx.AsyncClient, flooded: Filed, seen: Seen) -> None:
    """Reject the flooded ticket as an agent while the flood still goes on."""
    token = TokenIssuer(crowd.stack.environment).agent("anna")
    decision = {
        "request_id": f"decide-{flooded.number}",
        "outcome": "rejected",
        "reason_code": "other",
        "note": "flooded",
    }
    loop = asyncio.get_running_loop()
    begun = loop.time()
    while loop.time() - begun < DECISION_TIMEOUT:
        answer = await _posted(http, f"/v1/tickets/{flooded.number}/decision", decision, token)
        if answer == 200:
            seen.decision = loop.time() - begun
            return
        await asyncio.sleep(SAMPLE_PAUSE)


async def _posted(http: httpx.AsyncClient, path: str, content: Any, token: str) -> int:
    try:
        answer = await http.post(path, json=content, headers={"authorization": f"Bearer {token}"})
    except httpx.TransportError:
        return 0
    return answer.status_code
