"""A claim that is delivered to a partner under test by the real HTTP client."""

import base64

from adapters.http.webhook_client import WebhookClient
from domain.partners.channels import HttpChannel
from tests.support.raw_http_server import RawHttpServer

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()
NAME = "TICKETS_PARTNER_SECRET_VELOTEL"
KEY = "ZW-4KQ7-P9XT-M2AB-C-claim"
BODY = {
    "claim": {"number": "ZW-4KQ7-P9XT-M2AB-C", "answers": {"note": "zażółć <&> \x00 \U0001f600"}}
}


def a_channel(address: str, timeout_seconds: float = 10) -> HttpChannel:
    content = {"kind": "http", "address": address, "secret": NAME}
    return HttpChannel.model_validate(content | {"timeout_seconds": timeout_seconds})


async def deliver(client: WebhookClient, partner: RawHttpServer, answer: bytes) -> str | None:
    """Deliver a claim to a partner that responds with `answer`."""
    partner.answer = answer
    return await client.deliver(a_channel(partner.address), KEY, BODY)
