"""The simulated partners between a caller like our worker and a gateway that records messages."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.http_server import server
from local.partner_simulator.app import PartnerSimulator
from local.partner_simulator.outcome_sender import OutcomeClient
from local.partner_simulator.store import PartnerStore
from local.stack.ports import HOST, free_ports
from local.stack.profiles import generate_secret

DEADLINE = 20.0  # seconds
SECRET, OLD_SECRET = generate_secret(), generate_secret()
NUMBER = "ZW-4KQ7-P9XT-M2AB-C"
CLAIM = {"number": NUMBER, "kind": "missing_cashback", "answers": {"order_number": "VT-1"}}


class Gateway:
    """A gateway that checks signatures, records messages, and fails `failures` times."""

    def __init__(self, failures: int = 0) -> None:
        self.received: asyncio.Queue[tuple[str, str, bytes]] = asyncio.Queue()
        self.failures = failures
        self.statuses: list[int] = []
        self.ids: list[str] = []

    async def take(self, request: Request) -> Response:
        body = await request.body()
        Webhook(SECRET).verify(body, dict(request.headers), json_parse=False)
        self.ids.append(request.headers["webhook-id"])
        if self.failures:
            self.failures -= 1
            return Response(status_code=503)
        self.received.put_nowait((request.path_params["partner_id"], self.ids[-1], body))
        return Response(status_code=self.statuses.pop(0) if self.statuses else 202)

    async def next(self) -> dict[str, Any]:
        partner_id, _, body = await asyncio.wait_for(self.received.get(), DEADLINE)
        found: dict[str, Any] = json.loads(body)
        assert (partner_id, found["number"]) == ("velotel", NUMBER)
        return found

    def application(self) -> Starlette:
        address = "/v1/partners/{partner_id}/outcomes"
        return Starlette(routes=[Route(address, self.take, methods=["POST"])])


class Caller:
    """Calls partners as our worker does."""

    def __init__(self, port: int) -> None:
        self.client = httpx.AsyncClient(base_url=f"http://{HOST}:{port}", timeout=DEADLINE)

    async def deliver(
        self, key: str = f"{NUMBER}-claim", secret: str = SECRET, timeout_seconds: float = DEADLINE
    ) -> httpx.Response:
        body = json.dumps({"claim": CLAIM})
        now = datetime.now(UTC)
        headers = {
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(key, now, body),
            "Idempotency-Key": key,
        }
        address = "/velotel/claims"
        return await self.client.post(
            address, content=body, headers=headers, timeout=timeout_seconds
        )

    async def script(self, *delivery: str, answers: list[dict[str, Any]] | None = None) -> None:
        script = {"delivery": delivery or ["ok"], "answers": answers or []}
        answer = await self.client.put(f"/scripts/{NUMBER}", json=script)
        assert answer.status_code == 200, answer.text

    async def claim(self) -> dict[str, Any]:
        (found,) = (await self.client.get("/claims.json")).json()
        claim: dict[str, Any] = found
        return claim


@contextlib.asynccontextmanager
async def serving(application: Starlette, port: int) -> AsyncIterator[None]:
    """An application on this port, in this event loop."""
    program = server(application, port)
    task = asyncio.create_task(program.serve())
    try:
        async with asyncio.timeout(DEADLINE):
            while True:
                if program.started:
                    break
                await asyncio.sleep(0.01)
        yield
    finally:
        program.should_exit = True
        await asyncio.wait_for(task, DEADLINE)


@contextlib.asynccontextmanager
async def running(gateway: Gateway | None, state: Path | str = ":memory:") -> AsyncIterator[Caller]:
    """A simulator and its gateway on separate ports; without a gateway, its port stays closed."""
    port, gateway_port = free_ports(2)
    store = PartnerStore(state)
    client = OutcomeClient(f"http://{HOST}:{gateway_port}", {"velotel": f"{SECRET} {OLD_SECRET}"})
    simulator = PartnerSimulator({"velotel": SECRET}, store, client)
    caller = Caller(port)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(store.close)
        if gateway:
            await stack.enter_async_context(serving(gateway.application(), gateway_port))
        await stack.enter_async_context(serving(simulator.application(), port))
        stack.push_async_callback(caller.client.aclose)
        yield caller
