"""The platform's door for webhooks in this process: it checks signatures and answers as told."""

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
from tests.support.gateway import WEBHOOK_SECRET, serve_app
from tests.support.sockets import listening_socket
from tests.support.workflow.partner_server import CannedResponse

DEADLINE: Final = 20.0  # seconds
ACCEPTED: Final = CannedResponse(200, b"Thank you")


@dataclass(frozen=True)
class ReceivedWebhook:
    """A webhook as it came, and when (seconds of the monotonic clock)."""

    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def webhook_id(self) -> str:
        """Its id."""
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        """What it says."""
        content: dict[str, Any] = json.loads(self.body)
        return content


class WebhookReceiver:
    """Gives each ticket the answers of `first_responses` first, then `answer`."""

    def __init__(self, address: str) -> None:
        """Take every webhook, as long as nothing else is said."""
        self.address = address
        self.response = ACCEPTED
        self.first_responses: list[CannedResponse] = []
        self.received: list[ReceivedWebhook] = []
        self.secret = WEBHOOK_SECRET
        self._came = asyncio.Condition()

    async def take(self, request: Request) -> Response:
        """Take a webhook; one whose signature is wrong breaks the test."""
        body = await request.body()
        Webhook(self.secret).verify(body, dict(request.headers))
        webhook = ReceivedWebhook(dict(request.headers), body, time.monotonic())
        earlier = len(self.of(webhook.event["number"]))
        said = (
            self.first_responses[earlier] if earlier < len(self.first_responses) else self.response
        )
        async with self._came:
            self.received.append(webhook)
            self._came.notify_all()
        if said.gate:
            await said.gate.wait()
        return Response(said.body, said.status, dict(said.headers))

    def of(self, number: str) -> list[ReceivedWebhook]:
        """What was heard of one ticket."""
        return [one for one in self.received if one.event["number"] == number]

    async def wait_for(self, number: str, times: int) -> list[ReceivedWebhook]:
        """Wait until so many webhooks about one ticket have come."""
        async with asyncio.timeout(DEADLINE), self._came:
            await self._came.wait_for(lambda: len(self.of(number)) >= times)
        return self.of(number)


@asynccontextmanager
async def run_webhook_receiver() -> AsyncIterator[WebhookReceiver]:
    """A platform on a port of its own, in this event loop."""
    with listening_socket() as listening:
        platform = WebhookReceiver(f"http://{HOST}:{listening.getsockname()[1]}/webhooks")
        app = FastAPI()
        app.add_api_route("/webhooks", platform.take, methods=["POST"])
        async with serve_app(app, listening):
            yield platform
