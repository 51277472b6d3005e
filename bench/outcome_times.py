"""How long a partner's outcomes take, from the partner's call to the ticket's transition."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final

import httpx

from bench.load import FiledTicket, LoadGenerator
from bench.signed_calls import send_outcome

POLL_SECONDS: Final = 0.05
"""Seconds between two queries of the transitions: the resolution of the times."""
CONFIRMED: Final = """
select number from ticket_transitions where event = 'partner_confirmed' and number = any($1)
"""


class OutcomeTimes:
    """Sends a partner's outcomes at a steady rate and records when each has changed its ticket."""

    def __init__(self, load: LoadGenerator, http: httpx.AsyncClient, secret: str) -> None:
        """Call through `http` under the partner's `secret`; query the transitions of `load`."""
        self._load = load
        self._http = http
        self._secret = secret
        self._sent: dict[str, float] = {}
        self._delivery_times: dict[str, float] = {}

    async def send(self, tickets: Sequence[FiledTicket], pause: float) -> None:
        """Confirm each ticket, one every `pause` seconds, however long the answers take."""
        self._watching = asyncio.create_task(self._watch(len(tickets)))
        async with asyncio.TaskGroup() as group:
            for ticket in tickets:
                group.create_task(self._confirm(ticket))
                await asyncio.sleep(pause)

    async def wait_for_all(self, seconds: float) -> list[float]:
        """Wait until every outcome has changed its ticket; return the seconds that each took.

        An outcome that has changed nothing after `seconds` more counts as if it did now.
        """
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._watching, seconds)
        now = asyncio.get_running_loop().time()
        return [self._delivery_times.get(number, now - at) for number, at in self._sent.items()]

    async def _confirm(self, ticket: FiledTicket) -> None:
        self._sent[ticket.number] = asyncio.get_running_loop().time()
        outcome = {
            "outcome_id": f"confirm-{ticket.number}",
            "number": ticket.number,
            "outcome": "confirmed",
        }
        await send_outcome(self._http, ticket.partner_id, self._secret, outcome)

    async def _watch(self, count: int) -> None:
        while len(self._delivery_times) < count:
            waiting = list(self._sent.keys() - self._delivery_times.keys())
            now = asyncio.get_running_loop().time
            for row in await self._load.rows(CONFIRMED, waiting) if waiting else ():
                self._delivery_times.setdefault(row["number"], now() - self._sent[row["number"]])
            await asyncio.sleep(POLL_SECONDS)
