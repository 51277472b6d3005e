"""A partner's signed calls (Standard Webhooks), repeated until they are accepted."""

import asyncio
import itertools
import json
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from standardwebhooks import Webhook

RETRY_PAUSE_SECONDS: Final = 0.1


async def send_outcome(
    http: httpx.AsyncClient, partner_id: str, secret: str, outcome: dict[str, Any]
) -> None:
    """Send one signed outcome, repeatedly until it is accepted."""
    content = json.dumps(outcome)
    for serial in itertools.count():
        now, message_id = datetime.now(UTC), f"{outcome['outcome_id']}-{serial}"
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(message_id, now, content),
            "content-type": "application/json",
        }
        path = f"/v1/partners/{partner_id}/outcomes"
        try:
            response = await http.post(path, content=content, headers=headers)
        except httpx.TransportError:
            continue
        if response.is_success:
            return
        await asyncio.sleep(RETRY_PAUSE_SECONDS)
