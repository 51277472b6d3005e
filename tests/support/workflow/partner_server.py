"""A partner's HTTP server in this process: it checks signatures and responds as a test requires."""

import asyncio
import base64
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import uvicorn
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.stack.ports import HOST
from tests.support.sockets import listening_socket

SECRET: Final = "whsec_" + base64.b64encode(b"made up for the tests only, 32 by").decode()
TIMEOUT_SECONDS: Final = 20.0


@dataclass(frozen=True)
class CannedResponse:
    """A response; if it has a `gate`, it is sent once that is set."""

    status: int = 200
    body: bytes = b'{"reference": "ref-1"}'
    headers: Mapping[str, str] = field(default_factory=dict)
    gate: asyncio.Event | None = None


@dataclass(frozen=True)
class ReceivedCall:
    """One of our calls as it arrived, its signature checked."""

    key: str
    claim: dict[str, Any]


class PartnerServer:
    """Serves `responses_by_partner`, else `queued_responses` in order, else `default_response`."""

    def __init__(self) -> None:
        """Accept every claim by default."""
        self.default_response = CannedResponse()
        self.queued_responses: deque[CannedResponse] = deque()
        self.responses_by_partner: dict[str, CannedResponse] = {}
        self.calls: list[ReceivedCall] = []
        self.base_url = ""
        self._call_received = asyncio.Condition()

    async def handle(self, request: Request) -> Response:
        """Accept a claim; one with a wrong signature fails the test."""
        body = await request.body()
        Webhook(SECRET).verify(body, dict(request.headers))
        key = request.headers["idempotency-key"]
        async with self._call_received:
            self.calls.append(ReceivedCall(key, json.loads(body)["claim"]))
            self._call_received.notify_all()
        response = (
            self.responses_by_partner.get(request.path_params["partner_id"])
            or self._next_response()
        )
        if response.gate:
            await response.gate.wait()
        return Response(response.body, response.status, dict(response.headers))

    def _next_response(self) -> CannedResponse:
        return self.queued_responses.popleft() if self.queued_responses else self.default_response

    async def wait_for_calls(self, times: int) -> None:
        """Wait until `times` calls have arrived."""
        async with asyncio.timeout(TIMEOUT_SECONDS), self._call_received:
            await self._call_received.wait_for(lambda: len(self.calls) >= times)

    def application(self) -> Starlette:
        """The web application."""
        return Starlette(routes=[Route("/{partner_id}", self.handle, methods=["POST"])])


class _Server(uvicorn.Server):
    """A server that leaves the signals of the test run alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@asynccontextmanager
async def run_partner_server() -> AsyncIterator[PartnerServer]:
    """A partner on a free port, in this event loop."""
    partner = PartnerServer()
    listening = listening_socket()
    partner.base_url = f"http://{HOST}:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        partner.application(),
        ws="none",
        lifespan="off",
        log_level="critical",
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve([listening]))
    try:
        yield partner  # the socket listens already: early connections wait for the server
    finally:
        server.should_exit = True
        await serving
        listening.close()
