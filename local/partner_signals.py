"""How the simulated partners answer: a signal to the ticket's workflow, or several, or nonsense."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.common import RawValue
from temporalio.service import RPCError, RPCStatusCode

from local.partner_ledger import DueAnswer, Ledger

SIGNAL = "partner_outcome"
PAUSE = 0.5  # seconds before the next try while Temporal is away


class Signaller:
    """Sends signals through Temporal; the connection is made when it is first needed."""

    def __init__(self, address: str, namespace: str) -> None:
        """Remember where Temporal is."""
        self._address = address
        self._namespace = namespace
        self._client: Client | None = None

    async def signal(self, number: str, argument: Any) -> None:
        """Signal the workflow whose id is the number; raises `RPCError` or `RuntimeError`."""
        if self._client is None:
            self._client = await Client.connect(self._address, namespace=self._namespace)
        await self._client.get_workflow_handle(number).signal(SIGNAL, argument)


class Answerer:
    """Sends answers when they are due, those of one claim one after the other."""

    def __init__(self, ledger: Ledger, signaller: Signaller) -> None:
        """Note in the ledger what became of each answer."""
        self._ledger = ledger
        self._signaller = signaller
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, answers: list[DueAnswer]) -> None:
        """Send these answers of one claim in the background."""
        task = asyncio.create_task(self.send(answers))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def resume(self) -> None:
        """Go on with everything that was due before a restart."""
        claims: dict[tuple[str, str], list[DueAnswer]] = {}
        for answer in self._ledger.due():
            claims.setdefault((answer.partner_id, answer.number), []).append(answer)
        for answers in claims.values():
            self.begin(answers)

    async def stop(self) -> None:
        """Send nothing more; the ledger knows what is left."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def send(self, answers: list[DueAnswer]) -> None:
        """Wait for each answer's time and send it; tried again while Temporal is away."""
        for answer in answers:
            await asyncio.sleep(max(0.0, answer.due_at - time.time()))
            self._ledger.answered(answer, await self._deliver(answer))

    async def _deliver(self, answer: DueAnswer) -> str:
        """`sent`, or `no_such_workflow` when none of that number is open."""
        while True:
            try:
                await self._signaller.signal(answer.number, message(answer))
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return "no_such_workflow"
            except RuntimeError:  # a failed connection is a bare RuntimeError in this SDK
                pass
            else:
                return "sent"
            await asyncio.sleep(PAUSE)


def message(answer: DueAnswer) -> Any:
    """The signal's argument: contract.md's PartnerOutcome, or raw bytes called JSON."""
    if answer.answer.raw is not None:
        raw = answer.answer.raw.encode()
        return RawValue(Payload(metadata={"encoding": b"json/plain"}, data=raw))
    filled_in = {
        "outcome_id": answer.outcome_id,
        "partner_id": answer.partner_id,
        "number": answer.number,
        "occurred_at": datetime.now(UTC).isoformat(),
    }
    return filled_in | (answer.answer.outcome or {})
