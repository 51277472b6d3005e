"""How the simulated partners answer: signed messages to the gateway, valid or not."""

import asyncio
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import httpx
from standardwebhooks import Webhook

from local.partner_simulator.store import PartnerStore, PendingOutcome

RETRY_PAUSE_SECONDS = 0.5  # seconds before the next try while the gateway is unavailable
REQUEST_TIMEOUT_SECONDS = 30.0  # seconds for one try
ACCEPTED_STATUSES = {202, 409}  # stored, or this very message was stored before
PERMANENT_STATUSES = range(
    400, 500
)  # the gateway refuses the message: trying again changes nothing
RETRIED_STATUSES = {408, 429}


class OutcomeClient:
    """Calls the gateway as each partner, signed with its secret; a client is made when it is
    first needed.
    """

    def __init__(self, address: str, secrets: Mapping[str, str]) -> None:
        """Remember where the gateway is (`http://host:port`) and the secrets by partner id."""
        self._address = address
        self._secrets = secrets
        self._client: httpx.AsyncClient | None = None

    async def send(self, partner_id: str, message_id: str, body: str) -> int:
        """Send a message; return the status of the answer. Raises `httpx.HTTPError`."""
        if self._client is None:
            self._client = httpx.AsyncClient(trust_env=False, timeout=REQUEST_TIMEOUT_SECONDS)
        now = datetime.now(UTC)  # each attempt has another signature
        secret = self._secrets[partner_id].split()[0]
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(message_id, now, body),
        }
        address = f"{self._address}/v1/partners/{partner_id}/outcomes"
        answer = await self._client.post(address, content=body.encode(), headers=headers)
        return answer.status_code

    async def close(self) -> None:
        """Close the connections."""
        if self._client:
            await self._client.aclose()


class OutcomeSender:
    """Sends answers when they are due, those of one claim one after the other."""

    def __init__(self, store: PartnerStore, client: OutcomeClient) -> None:
        """Record the result of each outcome in the store."""
        self._store = store
        self._client = client
        self._tasks: set[asyncio.Task[None]] = set()

    def send_in_background(self, answers: list[PendingOutcome]) -> None:
        """Send these answers of one claim in the background."""
        task = asyncio.create_task(self.send(answers))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def resume(self) -> None:
        """Go on with everything that was due before a restart."""
        claims: dict[tuple[str, str], list[PendingOutcome]] = {}
        for answer in self._store.pending_outcomes():
            claims.setdefault((answer.partner_id, answer.number), []).append(answer)
        for answers in claims.values():
            self.send_in_background(answers)

    async def stop(self) -> None:
        """Stop sending; the store holds the rest."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.close()

    async def send(self, answers: list[PendingOutcome]) -> None:
        """Send each outcome at its time; repeated while the gateway is unavailable.

        Outcomes after a late one keep their intervals: they may depend on what the member does
        meanwhile.
        """
        late = 0.0
        for answer in answers:
            await asyncio.sleep(max(0.0, answer.due_at + late - time.time()))
            self._store.mark_sent(answer, await self._deliver(answer))
            late = max(late, time.time() - answer.due_at)

    async def _deliver(self, answer: PendingOutcome) -> str:
        """`sent`, or `refused` with the status where the gateway does not accept the message."""
        message_id, body = f"{answer.outcome_id}-{answer.id}", message(answer)
        while True:
            try:
                status = await self._client.send(answer.partner_id, message_id, body)
            except httpx.HTTPError:
                status = 503
            if status in ACCEPTED_STATUSES:
                return "sent"
            if status in PERMANENT_STATUSES and status not in RETRIED_STATUSES:
                return f"refused:{status}"
            await asyncio.sleep(RETRY_PAUSE_SECONDS)


def message(answer: PendingOutcome) -> str:
    """The message's body: a PartnerOutcome of docs/contract.md, or any JSON of a script."""
    if answer.answer.raw is not None:
        return answer.answer.raw
    filled_in = {
        "outcome_id": answer.outcome_id,
        "partner_id": answer.partner_id,
        "number": answer.number,
        "occurred_at": datetime.now(UTC).isoformat(),
    }
    return json.dumps(filled_in | (answer.answer.outcome or {}))
