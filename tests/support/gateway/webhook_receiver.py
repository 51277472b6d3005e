"""A receiver of webhooks in this process: it verifies signatures and responds as required."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from standardwebhooks import Webhook

from local.stack.ports import HOST
from tests.support.gateway.running_gateway import WEBHOOK_SECRET
from tests.support.gateway.server import serve_app
from tests.support.sockets import listening_socket
from tests.support.workflow.partner_server import CannedResponse

TIMEOUT_SECONDS: Final = 20.0
ACCEPTED: Final = CannedResponse(200, b"Thank you")


@dataclass(frozen=True)
class ReceivedWebhook:
    """A received webhook, and when (seconds of the monotonic clock)."""

    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def webhook_id(self) -> str:
        """The id of its event."""
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        """Its payload."""
        content: dict[str, Any] = json.loads(self.body)
        return content


class WebhookReceiver:
    """Responds to each ticket's webhooks with `first_responses` first, then with `response`."""

    def __init__(self, address: str) -> None:
        """Accept every webhook by default."""
        self.address = address
        self.response = ACCEPTED
        self.first_responses: list[CannedResponse] = []
        self.received: list[ReceivedWebhook] = []
        self.secret = WEBHOOK_SECRET
        self._arrived = asyncio.Condition()

    async def handle(self, request: Request) -> Response:
        """Receive a webhook; a wrong signature fails the test."""
        body = await request.body()
        Webhook(self.secret).verify(body, dict(request.headers))
        webhook = ReceivedWebhook(dict(request.headers), body, time.monotonic())
        earlier = len(self.of(webhook.event["number"]))
        response = (
            self.first_responses[earlier] if earlier < len(self.first_responses) else self.response
        )
        async with self._arrived:
            self.received.append(webhook)
            self._arrived.notify_all()
        if response.gate:
            await response.gate.wait()
        return Response(response.body, response.status, dict(response.headers))

    def of(self, number: str) -> list[ReceivedWebhook]:
        """Return the webhooks about one ticket."""
        return [one for one in self.received if one.event["number"] == number]

    async def wait_for(self, number: str, times: int) -> list[ReceivedWebhook]:
        """Wait until `times` webhooks about one ticket have arrived."""
        async with asyncio.timeout(TIMEOUT_SECONDS), self._arrived:
            await self._arrived.wait_for(lambda: len(self.of(number)) >= times)
        return self.of(number)


@asynccontextmanager
async def run_webhook_receiver() -> AsyncIterator[WebhookReceiver]:
    """Run a receiver on a free port, in this event loop."""
    with listening_socket() as listening:
        receiver = WebhookReceiver(f"http://{HOST}:{listening.getsockname()[1]}/webhooks")
        app = FastAPI()
        app.add_api_route("/webhooks", receiver.handle, methods=["POST"])
        async with serve_app(app, listening):
            yield receiver
