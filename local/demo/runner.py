"""Plays the example claims against a running stack, each from its filing to its ticket's end."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import httpx
from temporalio.client import (
    Client,
    RPCTimeoutOrCancelledError,
    WorkflowHandle,
    WorkflowQueryFailedError,
)
from temporalio.exceptions import TemporalError
from temporalio.service import RPCError, RPCStatusCode

from domain.admission.admission import AdmissionResult
from domain.errors import TicketError
from domain.tickets.snapshot import TicketOutcome, TicketSnapshot
from domain.tickets.states import State
from local.demo.scenarios import Action, Example, Row
from local.platform_simulator.gateway_client import GatewayCalls

T = TypeVar("T")
Handle = WorkflowHandle[Any, TicketOutcome]

AT_ONCE: Final = 8
STEP: Final = 0.25  # seconds between two looks at a ticket
PATIENCE: Final = 20.0  # seconds until a call that hangs is made anew
LAST_LOOK: Final = 3.0  # seconds for asking a ticket that did not end where it stands
FOR_GOOD: Final = {
    RPCStatusCode.NOT_FOUND,
    RPCStatusCode.INVALID_ARGUMENT,
    RPCStatusCode.ALREADY_EXISTS,
    RPCStatusCode.PERMISSION_DENIED,
    RPCStatusCode.UNIMPLEMENTED,
}


@dataclass
class Played:
    """What became of one example; `took` is the seconds that its answer took."""

    example: Example
    admission: AdmissionResult | None = None
    outcome: TicketOutcome | None = None
    took: float = 0.0
    trouble: str = ""

    @property
    def state(self) -> State | None:
        """Where it ended; none where it did not."""
        if self.outcome:
            return self.outcome.state
        refused = self.admission and self.admission.status in ("refused", "discarded")
        return self.admission.state if self.admission and refused else None


class Player:
    """Plays many examples at once."""

    def __init__(
        self,
        client: Client,
        gateway: GatewayCalls,
        partners: httpx.AsyncClient,
        tell: Callable[[], None],
    ) -> None:
        """Speak to the gateway, to Temporal where nobody else looks, and to the partner simulator;
        `tell` hears about each end.
        """
        self._client = client
        self._gateway = gateway
        self._partners = partners
        self._tell = tell
        self._filing = asyncio.Semaphore(AT_ONCE)
        self._answered: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._ended: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def play(self, examples: Sequence[Example], seconds: float) -> list[Played]:
        """Play all of them; one that does not end in time tells in its trouble where it hangs."""
        played = [Played(example) for example in examples]
        tasks = [asyncio.create_task(self._play(one)) for one in played]
        try:
            await asyncio.wait(tasks, timeout=seconds)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        hanging = [one for one in played if one.state is None and not one.trouble]
        await asyncio.gather(*(self._find(one, seconds) for one in hanging))
        return played

    async def _play(self, one: Played) -> None:
        key = one.example.row.request_key
        try:
            await self._wait_for_turn(one.example)
            await self._through(one)
        except (TicketError, TemporalError, httpx.HTTPError) as error:
            one.trouble = f"{type(error).__name__}: {error}"
        finally:
            # Also after trouble, so that nobody waits for ever.
            self._answered[key].set()
            self._ended[key].set()
        self._tell()

    async def _wait_for_turn(self, example: Example) -> None:
        play = example.play
        if play.after_answer_of:
            await self._answered[play.after_answer_of].wait()
        if play.after_end_of:
            await self._ended[play.after_end_of].wait()

    async def _through(self, one: Played) -> None:
        """From filing to the end; the retry of a request only gets its answer and looks on."""
        example = one.example
        async with self._filing:
            await self._tell_partner(example)
            begun = time.monotonic()
            one.admission = await self._gateway.file(example.claim, example.row.request_key)
            one.took = time.monotonic() - begun
        self._answered[example.row.request_key].set()
        if one.state is None:
            handle = self._handle(one.admission.number)
            for index, action in enumerate(() if example.repeats else example.play.actions):
                await self._act(example.row, action, f"{example.row.request_key}-{index}")
            one.outcome = await insisting(handle.result, seconds=None)

    def _handle(self, number: str) -> Handle:
        return self._client.get_workflow_handle(number, result_type=TicketOutcome)

    async def _tell_partner(self, example: Example) -> None:
        script = example.play.script
        if script and not example.repeats:
            body = script.model_dump_json()
            answer = await self._partners.put(f"/scripts/{example.row.number}", content=body)
            answer.raise_for_status()

    async def _act(self, row: Row, action: Action, request_id: str) -> None:
        """Wait until the ticket stands where the action wants it, then do what it says."""
        handle = self._handle(row.number)
        await _until_standing(handle, action)
        if action.reward:
            await self._gateway.feed([], [action.reward.of(row, datetime.now(UTC))])
        elif action.update:
            await self._gateway.ask(row.number, action.update, request_id, action.with_)

    async def _find(self, one: Played, seconds: float) -> None:
        """Say in which state a ticket hangs that did not end."""
        one.trouble = f"not ended after {seconds:.0f} s: no answer to the claim"
        if one.admission:
            handle = self._handle(one.admission.number)
            try:
                async with asyncio.timeout(LAST_LOOK):
                    seen = await _look(handle)
            except (TimeoutError, TemporalError):
                seen = None
            where = ", ".join([seen.state, *seen.attention]) if seen else "state unknown"
            one.trouble = f"not ended after {seconds:.0f} s: {where}"


async def insisting(call: Callable[[], Awaitable[T]], seconds: float | None = PATIENCE) -> T:
    """Return the call's result, made anew while Temporal or the worker is away."""
    while True:
        try:
            async with asyncio.timeout(seconds):
                return await call()
        except RPCError as error:
            if error.status in FOR_GOOD:
                raise
        except (TimeoutError, RPCTimeoutOrCancelledError):
            pass
        await asyncio.sleep(STEP)


async def _look(handle: Handle) -> TicketSnapshot | None:
    """Return the ticket's snapshot; none while its workflow has nothing to show yet."""
    try:
        return await insisting(lambda: handle.query("snapshot", result_type=TicketSnapshot))
    except WorkflowQueryFailedError:
        return None


async def _until_standing(handle: Handle, action: Action) -> None:
    while True:
        if _stands(await _look(handle), action):
            return
        await asyncio.sleep(STEP)


def _stands(seen: TicketSnapshot | None, action: Action) -> bool:
    """Say whether the action's moment has come; raises `TooLate` when it never will."""
    if seen is None:
        return False
    if seen.state.is_final:
        raise TooLate(f"ended as {seen.state} before it was {action.after_state}")
    wanted = action.after_attention
    return seen.state is action.after_state and (wanted is None or wanted in seen.attention)


class TooLate(TicketError):
    """A ticket ended before somebody could do to it what the example says."""
