"""Runs the example claims against a running stack, each from filing to its ticket's end."""

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
from local.demo.connections import set_script
from local.demo.scenarios import Action, ClaimRow, Scenario
from local.platform_simulator.gateway_client import GatewayClient

T = TypeVar("T")
Handle = WorkflowHandle[Any, TicketOutcome]

MAX_CONCURRENT_FILINGS: Final = 8
POLL_SECONDS: Final = 0.25  # seconds between two polls of a ticket
CALL_TIMEOUT_SECONDS: Final = 20.0  # seconds until a call that hangs is repeated
QUERY_TIMEOUT_SECONDS: Final = 3.0  # seconds for querying the state of a ticket that did not end
PERMANENT_ERRORS: Final = {
    RPCStatusCode.NOT_FOUND,
    RPCStatusCode.INVALID_ARGUMENT,
    RPCStatusCode.ALREADY_EXISTS,
    RPCStatusCode.PERMISSION_DENIED,
    RPCStatusCode.UNIMPLEMENTED,
}


@dataclass
class ScenarioResult:
    """The result of one scenario; `answer_seconds` is how long its answer took."""

    scenario: Scenario
    admission: AdmissionResult | None = None
    outcome: TicketOutcome | None = None
    answer_seconds: float = 0.0
    error: str = ""

    @property
    def state(self) -> State | None:
        """Where it ended; none where it did not."""
        if self.outcome:
            return self.outcome.state
        refused = self.admission and self.admission.status in ("refused", "discarded")
        return self.admission.state if self.admission and refused else None


class ScenarioRunner:
    """Runs many scenarios at once."""

    def __init__(
        self,
        client: Client,
        gateway: GatewayClient,
        partners: httpx.AsyncClient,
        on_end: Callable[[], None],
    ) -> None:
        """Call the gateway, Temporal and the partner simulator; `on_end` is called at each end."""
        self._client = client
        self._gateway = gateway
        self._partners = partners
        self._on_end = on_end
        self._filing = asyncio.Semaphore(MAX_CONCURRENT_FILINGS)
        self._answered: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._ended: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def run(self, scenarios: Sequence[Scenario], seconds: float) -> list[ScenarioResult]:
        """Run all scenarios; the result of one that does not end in time says where it hangs."""
        results = [ScenarioResult(scenario) for scenario in scenarios]
        tasks = [asyncio.create_task(self._run_scenario(one)) for one in results]
        try:
            await asyncio.wait(tasks, timeout=seconds)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        hanging = [one for one in results if one.state is None and not one.error]
        await asyncio.gather(*(self._describe_stuck(one, seconds) for one in hanging))
        return results

    async def _run_scenario(self, one: ScenarioResult) -> None:
        key = one.scenario.row.request_key
        try:
            await self._wait_for_turn(one.scenario)
            await self._run(one)
        except (TicketError, TemporalError, httpx.HTTPError) as error:
            one.error = f"{type(error).__name__}: {error}"
        finally:
            # Also after an error, so that no other scenario waits for it.
            self._answered[key].set()
            self._ended[key].set()
        self._on_end()

    async def _wait_for_turn(self, scenario: Scenario) -> None:
        steps = scenario.steps
        if steps.after_answer_of:
            await self._answered[steps.after_answer_of].wait()
        if steps.after_end_of:
            await self._ended[steps.after_end_of].wait()

    async def _run(self, one: ScenarioResult) -> None:
        """From filing to the end; the retry of a request only gets its answer and looks on."""
        scenario = one.scenario
        async with self._filing:
            await self._script_partner(scenario)
            begun = time.monotonic()
            one.admission = await self._gateway.file(scenario.claim, scenario.row.request_key)
            one.answer_seconds = time.monotonic() - begun
        self._answered[scenario.row.request_key].set()
        if one.state is None:
            handle = self._handle(one.admission.number)
            for index, action in enumerate(() if scenario.repeats else scenario.steps.actions):
                await self._perform(scenario.row, action, f"{scenario.row.request_key}-{index}")
            one.outcome = await retry_until_available(handle.result, seconds=None)

    def _handle(self, number: str) -> Handle:
        return self._client.get_workflow_handle(number, result_type=TicketOutcome)

    async def _script_partner(self, scenario: Scenario) -> None:
        script = scenario.steps.script
        if script and not scenario.repeats:
            await set_script(self._partners, scenario.row.number, script)

    async def _perform(self, row: ClaimRow, action: Action, request_id: str) -> None:
        """Wait until the ticket is in the action's state, then perform the action."""
        handle = self._handle(row.number)
        await _wait_until_reached(handle, action)
        if action.reward:
            await self._gateway.feed([], [action.reward.of(row, datetime.now(UTC))])
        elif action.update:
            await self._gateway.ask(row.number, action.update, request_id, action.payload)

    async def _describe_stuck(self, one: ScenarioResult, seconds: float) -> None:
        """Say in which state a ticket hangs that did not end."""
        one.error = f"not ended after {seconds:.0f} s: no answer to the claim"
        if one.admission:
            handle = self._handle(one.admission.number)
            try:
                async with asyncio.timeout(QUERY_TIMEOUT_SECONDS):
                    seen = await _query_snapshot(handle)
            except (TimeoutError, TemporalError):
                seen = None
            where = ", ".join([seen.state, *seen.attention]) if seen else "state unknown"
            one.error = f"not ended after {seconds:.0f} s: {where}"


async def retry_until_available(
    call: Callable[[], Awaitable[T]], seconds: float | None = CALL_TIMEOUT_SECONDS
) -> T:
    """Return the call's result; repeat it while Temporal or the worker is unavailable."""
    while True:
        try:
            async with asyncio.timeout(seconds):
                return await call()
        except RPCError as error:
            if error.status in PERMANENT_ERRORS:
                raise
        except (TimeoutError, RPCTimeoutOrCancelledError):
            pass
        await asyncio.sleep(POLL_SECONDS)


async def _query_snapshot(handle: Handle) -> TicketSnapshot | None:
    """Return the ticket's snapshot; none while its workflow has nothing to show yet."""
    try:
        return await retry_until_available(
            lambda: handle.query("snapshot", result_type=TicketSnapshot)
        )
    except WorkflowQueryFailedError:
        return None


async def _wait_until_reached(handle: Handle, action: Action) -> None:
    while True:
        if _is_reached(await _query_snapshot(handle), action):
            return
        await asyncio.sleep(POLL_SECONDS)


def _is_reached(seen: TicketSnapshot | None, action: Action) -> bool:
    """Return whether the action is possible now; raises `StepMissed` if it never will be."""
    if seen is None:
        return False
    if seen.state.is_final:
        raise StepMissed(f"ended as {seen.state} before it was {action.after_state}")
    attention = action.after_attention
    return seen.state is action.after_state and (attention is None or attention in seen.attention)


class StepMissed(TicketError):
    """A ticket was closed before an action of the scenario could be taken."""
