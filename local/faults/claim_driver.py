"""Files the planned claims and does what members, agents and the platform do with their tickets."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from domain.admission.admission import AdmissionResult
from domain.errors import DatabaseUnavailable
from domain.tickets.states import State
from local.demo.connections import Connections, set_script
from local.faults.planned_claims import PlannedClaim
from local.faults.ticket_kinds import PlannedAction
from local.platform_simulator.gateway_client import GatewayRejected

MAX_CONCURRENT_FILINGS: Final = 16
POLL_SECONDS: Final = 0.25
_STATES: Final = "select number, state, attention from tickets where number = any($1)"


async def rows(connections: Connections, query: str, *arguments: object) -> list[dict[str, Any]]:
    """Return the rows of a query; repeated while the database is unavailable."""
    while True:
        try:
            async with connections.database.transaction() as connection:
                return [dict(row) for row in await connection.fetch(query, *arguments)]
        except DatabaseUnavailable:
            await asyncio.sleep(POLL_SECONDS)


class ClaimDriver:
    """Drives claims. `answers`: to each filing, by ticket number; `refusals`: what the gateway
    refused, which may be right.
    """

    def __init__(self, connections: Connections) -> None:
        """Call the gateway and the partner simulator by these connections."""
        self._connections = connections
        self._filing = asyncio.Semaphore(MAX_CONCURRENT_FILINGS)
        self._watched: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, list[AdmissionResult]] = {}
        self.refusals: list[str] = []

    async def prepare(self, claims: Sequence[PlannedClaim]) -> None:
        """Send the links and rewards to the feed, and the scripts to the partners."""
        rewards = [one.rejected_reward for one in claims if one.rejected_reward]
        await self._connections.gateway.feed([one.link for one in claims], rewards)
        for one in claims:
            await set_script(self._connections.partners, one.number, one.script)

    async def run(self, claims: Sequence[PlannedClaim]) -> None:
        """File each at its time, then take its actions; return once all are taken or missed."""
        begun = time.monotonic()
        watching = asyncio.create_task(self._watch())
        try:
            await asyncio.gather(*(self._drive(one, begun) for one in claims))
        finally:
            watching.cancel()

    async def _drive(self, one: PlannedClaim, begun: float) -> None:
        await asyncio.sleep(begun + one.at - time.monotonic())
        await asyncio.gather(*(self._file(one) for _ in range(one.kind.filings)))
        for index, action in enumerate(one.kind.actions):
            if not await self._wait_until_reached(one.number, action):
                return
            await self._take(one, action, f"{one.key}-{index}")

    async def _file(self, one: PlannedClaim) -> None:
        async with self._filing:
            try:
                answer = await self._connections.gateway.file(one.claim, one.key)
            except GatewayRejected as error:
                self.refusals.append(f"{one.number}: {error}")
            else:
                self.answers.setdefault(one.number, []).append(answer)

    async def _take(self, one: PlannedClaim, action: PlannedAction, request_id: str) -> None:
        gateway = self._connections.gateway
        try:
            if action.update is None:
                await gateway.feed([], [one.registered_reward(datetime.now(UTC))])
            else:
                await gateway.ask(one.number, action.update, request_id, action.payload)
        except GatewayRejected as error:
            self.refusals.append(f"{one.number}: {error}")

    async def _wait_until_reached(self, number: str, action: PlannedAction) -> bool:
        """Wait until the action is possible; `False` if its ticket has ended before."""
        self._watched[number] = {}
        try:
            while True:
                seen = self._watched[number]
                state = State(seen["state"]) if seen else State.CREATED
                attention = action.after_attention
                if state is action.after_state and (
                    attention is None or attention in seen["attention"]
                ):
                    return True
                if state.is_final:
                    return False
                await asyncio.sleep(POLL_SECONDS)
        finally:
            del self._watched[number]

    async def _watch(self) -> None:
        """Read the states of the tickets that actions wait for, in one query for all."""
        while True:
            found = await rows(self._connections, _STATES, list(self._watched))
            for row in found:
                if row["number"] in self._watched:
                    self._watched[row["number"]] = row
            await asyncio.sleep(POLL_SECONDS)
