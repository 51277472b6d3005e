"""What does HTTP cost? Admission through the gateway beside the bare Update-With-Start, in turns.

Claim by claim, one this way and one that way, in one run on one stack, so that whatever else the
machine does slows down both. The gateway is a process of its own, as it is where it serves.
"""

import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import httpx

from adapters.security.jwt import sign_jwt
from bench.figures import Figure, middle_and_tail
from bench.load import Crowd, NotReached, Tell, gathered, until
from local.stack.ports import HOST, free_ports
from local.stack.stack import ROOT
from local.stack.supervisor import ProcessSpec

CLAIMS: Final = 200  # each way
WARMING_UP: Final = 30
RATIO: Final = 1.3
PARTNER: Final = "measured"
CHANNEL: Final = {"requests_per_second": 1000, "concurrency": 50, "timeout_seconds": 15}
SECRET: Final = "made-up-for-one-benchmark-and-forgotten-with-it"  # noqa: S105
TOLD: Final = {"iss": "bench", "aud": "bench", "sub": "bench"}


async def measure(state: Path, tell: Tell) -> list[Figure]:
    """Return the medians and tails of both ways, and the ratio of the medians."""
    async with gathered(state, {PARTNER: CHANNEL}, tell) as crowd, _gateway(crowd) as http:
        await _both(crowd, http, WARMING_UP)
        tell(f"{CLAIMS} claims over HTTP and {CLAIMS} bare ones, in turns ...")
        bare, over_http = await _both(crowd, http, CLAIMS)
    return _figures(bare, over_http)


def _figures(bare: list[float], over_http: list[float]) -> list[Figure]:
    (middle, tail), (http_middle, http_tail) = middle_and_tail(bare), middle_and_tail(over_http)
    return [
        Figure("median bare", middle * 1000, "ms"),
        Figure("median over HTTP", http_middle * 1000, "ms"),
        Figure("added by HTTP", (http_middle - middle) * 1000, "ms"),
        Figure("ratio of medians", http_middle / middle, at_most=RATIO),
        Figure("p95 bare", tail * 1000, "ms"),
        Figure("p95 over HTTP", http_tail * 1000, "ms"),
    ]


async def _both(
    crowd: Crowd, http: httpx.AsyncClient, claims: int
) -> tuple[list[float], list[float]]:
    """File so many claims each way, and return how long each took, in seconds."""
    bare: list[float] = []
    over_http: list[float] = []
    for turn in range(claims):
        ways = [(_bare, bare), (_over_http, over_http)]
        for way, times in ways if turn % 2 else reversed(ways):
            claim, key = await crowd.prepare(PARTNER)
            begun = time.perf_counter()
            await way(crowd, http, claim, key)
            times.append(time.perf_counter() - begun)
    return bare, over_http


async def _bare(crowd: Crowd, http: httpx.AsyncClient, claim: dict[str, Any], key: str) -> None:
    await crowd.admit(claim, key)


async def _over_http(
    crowd: Crowd, http: httpx.AsyncClient, claim: dict[str, Any], key: str
) -> None:
    answer = await http.post("/v1/tickets", json=claim, headers={"idempotency-key": key})
    if answer.status_code != 201 or answer.json()["status"] != "accepted":
        raise NotReached(f"a claim was answered {answer.status_code}: {answer.text}")


@asynccontextmanager
async def _gateway(crowd: Crowd) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway in front of the crowd's stack, and a caller with a token."""
    (port,) = free_ports(1)
    address = f"http://{HOST}:{port}"
    own = {
        "TICKETS_GATEWAY_BIND": f"{HOST}:{port}",
        "TICKETS_PUBLIC_URL": address,
        "TICKETS_JWT_ISSUER": TOLD["iss"],
        "TICKETS_JWT_AUDIENCE": TOLD["aud"],
        "TICKETS_JWT_SECRET": SECRET,
    }
    command = (sys.executable, "-m", "gateway")
    stack = crowd.stack
    part = ProcessSpec("measured-gateway", command, stack.environment | own, folder=ROOT)
    await stack.supervisor.start(part)
    told = TOLD | {"roles": ["platform"], "accounts": "*", "exp": time.time() + 3600}
    headers = {"authorization": f"Bearer {sign_jwt(SECRET, told)}"}
    async with httpx.AsyncClient(
        base_url=address, headers=headers, trust_env=False, timeout=30
    ) as http:
        async for _ in until(30, "the gateway"):
            with suppress(httpx.TransportError):
                if (await http.get("/readyz")).status_code == 200:
                    break
        yield http
