"""`python -m bench.peer.program`, in the peer's environment: runs tickets as DBOS workflows.

Reads lines of JSON, each a list of claims with their numbers. Takes all of a line to their end and
answers with a line; then waits for their webhooks and answers with another. Ends with its input.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Any, Final

from dbos import DBOS, SetWorkflowID

from bench.cost.at_once import run_at_once
from bench.cost.deliveries import DeliveryWatcher
from bench.peer.parts import open_parts
from bench.peer.store import SENT, PeerStore
from bench.peer.ticket import PeerSteps, register_ticket_workflow
from bench.peer.variables import DATABASE_URL

POLL_SECONDS: Final = 0.05


class PeerTickets:
    """Takes tickets from the claim to their end: starts them, and confirms delivered ones."""

    def __init__(self, workflow: Callable[..., Any], store: PeerStore) -> None:
        """Start this workflow; look for deliveries in `store`."""
        self._workflow = workflow
        self.deliveries = DeliveryWatcher(partial(store.in_state, SENT.to_state))

    async def run(self, claim: dict[str, Any], number: str) -> str:
        """Take one ticket from the claim to its end."""
        with SetWorkflowID(number):
            handle = await DBOS.start_workflow_async(self._workflow, number, claim)
        await self.deliveries.wait(number)
        outcome = {
            "outcome_id": f"confirm-{number}",
            "partner_id": claim["partner_id"],
            "number": number,
            "outcome": "confirmed",
        }
        await DBOS.send_async(number, outcome)
        await handle.get_result()
        return number


async def run() -> None:
    """Serve rounds until the end of the input."""
    url = os.environ[DATABASE_URL]
    DBOS(config={"name": "peer", "system_database_url": url, "log_level": "WARNING"})
    async with open_parts(os.environ) as (parts, webhooks):
        tickets = PeerTickets(register_ticket_workflow(PeerSteps(parts)), parts.store)
        DBOS.launch()
        await parts.store.create_tables()
        async with asyncio.TaskGroup() as group:
            beside = [
                group.create_task(tickets.deliveries.watch()),
                group.create_task(webhooks.send_all()),
            ]
            await _serve(tickets, parts.store)
            for task in beside:
                task.cancel()
        DBOS.destroy()


async def _serve(tickets: PeerTickets, store: PeerStore) -> None:
    _answer("ready")
    async for prepared in _rounds():
        await run_at_once(tickets.run, prepared)
        _answer("done")
        await _wait_for_webhooks(store)
        _answer("settled")


async def _wait_for_webhooks(store: PeerStore) -> None:
    while True:
        if not await store.count_undelivered():
            return
        await asyncio.sleep(POLL_SECONDS)


async def _rounds() -> AsyncIterator[Sequence[tuple[dict[str, Any], str]]]:
    with contextlib.closing(sys.stdin) as lines:
        while line := await asyncio.to_thread(lines.readline):
            yield json.loads(line)


def _answer(word: str) -> None:
    print(word, flush=True)


if __name__ == "__main__":
    asyncio.run(run())
