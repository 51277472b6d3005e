"""Sends the peer's webhooks as our worker does: leased in batches, signed, marked as delivered."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from adapters.http.webhook_client import WebhookClient
from bench.peer.store import DUE_BATCH, PeerStore

CALL_SECONDS: Final = 10.0
IDLE_SECONDS: Final = 0.5


@dataclass(frozen=True)
class PeerWebhooks:
    """The webhooks of the peer's transitions, to one address."""

    store: PeerStore
    client: WebhookClient
    address: str
    secrets: str

    async def send_all(self) -> None:
        """Send due webhooks until cancelled."""
        while True:
            due = await self.store.lease_due()
            await asyncio.gather(*map(self._send, due))
            if len(due) < DUE_BATCH:
                await asyncio.sleep(IDLE_SECONDS)

    async def _send(self, row: dict[str, Any]) -> None:
        body = {
            "event_id": str(row["sequence"]),
            "number": row["number"],
            "seq": row["seq"],
            "event": row["event"],
            "from": row["from_state"],
            "to": row["to_state"],
            "at": row["at"].isoformat(),
            "reason_code": None,
            "actor": row["actor"],
        }
        key = f"peer-{row['sequence']}"
        await self.client.post_event(self.address, self.secrets, key, body, CALL_SECONDS)
        await self.store.mark_delivered(row["sequence"])
