"""The cost of HTTP: admission through the gateway and by the bare Update-With-Start, in turns.

Both ways file one claim after the other in one run on one stack, so that other load on the machine
slows down both. The gateway runs in a separate process, as in production.
"""

import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import httpx

from adapters.security.jwt import sign_jwt
from bench.counts import WorkCount
from bench.figures import Figure, median_and_p95
from bench.load import BenchmarkTimeout, LoadGenerator, Report, start_load_stack, until
from local.stack.ports import HOST, free_ports
from local.stack.stack import ROOT
from local.stack.supervisor import ProcessSpec

CLAIMS: Final = WorkCount(200, quick=40)
"""Filed each way."""
WARMING_UP: Final = WorkCount(30, quick=10)
RATIO: Final = 1.3
PARTNER: Final = "measured"
CHANNEL: Final = {"requests_per_second": 1000, "concurrency": 50, "timeout_seconds": 15}
SECRET: Final = "made-up-for-one-benchmark-and-forgotten-with-it"  # noqa: S105
TOKEN_SECONDS: Final = 3600
TOKEN_CLAIMS: Final = {"iss": "bench", "aud": "bench", "sub": "bench"}


async def measure(state: Path, report: Report, quick: bool) -> list[Figure]:
    """Return the medians and tails of both ways, and the ratio of the medians."""
    claims = CLAIMS.pick(quick)
    async with start_load_stack(state, {PARTNER: CHANNEL}, report) as load, _gateway(load) as http:
        await _file_both_ways(load, http, WARMING_UP.pick(quick))
        report(f"{claims} claims over HTTP and {claims} bare ones, in turns ...")
        bare, over_http = await _file_both_ways(load, http, claims)
    return _figures(bare, over_http)


def _figures(bare: list[float], over_http: list[float]) -> list[Figure]:
    (median_seconds, p95), (http_median, http_p95) = median_and_p95(bare), median_and_p95(over_http)
    return [
        Figure("median bare", median_seconds * 1000, "ms"),
        Figure("median over HTTP", http_median * 1000, "ms"),
        Figure("added by HTTP", (http_median - median_seconds) * 1000, "ms"),
        Figure("ratio of medians", http_median / median_seconds, at_most=RATIO),
        Figure("p95 bare", p95 * 1000, "ms"),
        Figure("p95 over HTTP", http_p95 * 1000, "ms"),
    ]


async def _file_both_ways(
    load: LoadGenerator, http: httpx.AsyncClient, claims: int
) -> tuple[list[float], list[float]]:
    """File so many claims each way, and return how long each took, in seconds."""
    bare: list[float] = []
    over_http: list[float] = []
    for turn in range(claims):
        ways = [(_bare, bare), (_over_http, over_http)]
        for way, times in ways if turn % 2 else reversed(ways):
            claim, key = await load.prepare(PARTNER)
            started_at = time.perf_counter()
            await way(load, http, claim, key)
            times.append(time.perf_counter() - started_at)
    return bare, over_http


async def _bare(
    load: LoadGenerator, http: httpx.AsyncClient, claim: dict[str, Any], key: str
) -> None:
    await load.admit(claim, key)


async def _over_http(
    load: LoadGenerator, http: httpx.AsyncClient, claim: dict[str, Any], key: str
) -> None:
    response = await http.post("/v1/tickets", json=claim, headers={"idempotency-key": key})
    if response.status_code != 201 or response.json()["status"] != "accepted":
        raise BenchmarkTimeout(f"a claim was answered {response.status_code}: {response.text}")


@asynccontextmanager
async def _gateway(load: LoadGenerator) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway in front of the stack under load, and a caller with a token."""
    (port,) = free_ports(1)
    address = f"http://{HOST}:{port}"
    own = {
        "TICKETS_GATEWAY_BIND": f"{HOST}:{port}",
        "TICKETS_PUBLIC_URL": address,
        "TICKETS_JWT_ISSUER": TOKEN_CLAIMS["iss"],
        "TICKETS_JWT_AUDIENCE": TOKEN_CLAIMS["aud"],
        "TICKETS_JWT_SECRET": SECRET,
    }
    command = (sys.executable, "-m", "gateway")
    stack = load.stack
    part = ProcessSpec("measured-gateway", command, stack.environment | own, folder=ROOT)
    await stack.supervisor.start(part)
    now = int(time.time())
    lifetime = {"iat": now, "exp": now + TOKEN_SECONDS}
    claims = TOKEN_CLAIMS | lifetime | {"roles": ["platform"], "accounts": "*"}
    headers = {"authorization": f"Bearer {sign_jwt(SECRET, claims)}"}
    async with httpx.AsyncClient(
        base_url=address, headers=headers, trust_env=False, timeout=30
    ) as http:
        async for _ in until(30, "the gateway"):
            with suppress(httpx.TransportError):
                if (await http.get("/readyz")).status_code == 200:
                    break
        yield http
