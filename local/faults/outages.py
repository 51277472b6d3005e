"""Outages: a program is stopped while one ticket is filed and another one changes its state.

Both must end as their lines in `claims.csv` say, with every e-mail, claim and grant once, and their
histories may grow by a handful of events at most during the outage. Without the platform
both end at once, and it receives their events when it is back.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text
from temporalio.service import RPCError

from domain.tickets.snapshot import TicketOutcome, TicketSnapshot
from domain.tickets.states import FINAL, State
from local.demo import checks
from local.demo.connections import Connections, connect, set_script
from local.demo.demo import read_scenarios_for, reset_state
from local.demo.event_checks import check_events
from local.demo.observations import observe
from local.demo.runner import Handle, ScenarioResult, retry_until_available
from local.demo.scenarios import Scenario
from local.partner_simulator.scripts import Script
from local.stack.ports import Ports
from local.stack.stack import Stack
from workflows.activity_options import UNLIMITED_RETRY_POLICY

PARTS: Final = {
    "database": "postgres",
    "mail-server": "mailbox",
    "partner": "partner_simulator",
    "worker": "worker",
    "platform": "platform",
}
"""The outages, and the part of the stack that each stops."""
NOT_AWAITED: Final = "platform"
MOVING: Final = "vel-cashback"
FILED: Final = "vel-referral"
MAX_ADDED_EVENTS: Final = 30
"""How many events an outage may add to a history, however long it lasts."""
TIMEOUT_SECONDS: Final = 60.0  # seconds for what is not waiting for its next attempt
POLL_SECONDS: Final = 0.25  # seconds between two polls


@dataclass(frozen=True)
class TicketObservation:
    """What an operator sees of a ticket: its state, its history's length, what is retried."""

    state: str
    events: int
    retried: tuple[str, ...] = ()


async def outage(name: str, seconds: float, state: Path, console: Console) -> bool:
    """Stop the part `name` for some time, on a fresh stack; say whether all went well."""
    reset_state(state)
    console.print(f"[bold]{name}[/]: gone for {seconds:.0f} s")
    async with Stack(state, Ports.free()) as stack, connect(stack) as connections:
        outage = Outage(
            stack, connections, lambda line: console.print(Text(f"  {line}"), soft_wrap=True)
        )
        return await stack.supervisor.run_while_healthy(outage.run(PARTS[name], seconds))


class Outage:
    """One outage on a running stack; `report_line` receives its progress, line by line."""

    def __init__(
        self, stack: Stack, connections: Connections, report_line: Callable[[str], None]
    ) -> None:
        """Read the two claims that are filed: one before, one meanwhile."""
        self._stack = stack
        self._connections = connections
        self._report_line = report_line
        self._examples = read_scenarios_for(stack)
        known = {one.row.request_key: one for one in self._examples.claims if not one.repeats}
        self._moving, self._filed = ScenarioResult(known[MOVING]), ScenarioResult(known[FILED])

    async def run(self, part: str, seconds: float) -> bool:
        """Stop the part and start it again; say whether both tickets end as they must."""
        await self._connections.gateway.feed(self._examples.links, self._examples.rewards)
        before = await self._file_first()
        await self._stack.supervisor.stop(part)
        filing = asyncio.create_task(self._file(self._filed))
        try:
            await self._confirm(self._moving.scenario)
            await asyncio.sleep(seconds)
            small = await self._report(before, part, filing.done())
            await self._stack.supervisor.start_again(part)
            ended = await self._wait_for_both(filing, seconds)
        finally:
            filing.cancel()
        return await self._check(seconds) and small and ended

    async def _file_first(self) -> TicketObservation:
        """File the first claim, whose partner sends no outcome unasked."""
        number = self._moving.scenario.row.number
        await set_script(self._connections.partners, number, Script())
        await self._file(self._moving)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while True:
                observation = await self._observe(self._moving)
                if observation.state == State.SENT_TO_PARTNER:
                    return observation
                await asyncio.sleep(POLL_SECONDS)

    async def _confirm(self, scenario: Scenario) -> None:
        outcome = {"outcome_id": "evt-meanwhile", "outcome": "confirmed"}
        handle = self._handle(scenario)
        await handle.signal("partner_outcome", outcome | {"partner_id": scenario.row.partner_id})

    async def _file(self, one: ScenarioResult) -> None:
        claim, key = one.scenario.claim, one.scenario.row.request_key
        begun = time.monotonic()
        one.admission = await self._connections.gateway.file(claim, key)
        one.answer_seconds = time.monotonic() - begun

    async def _report(self, before: TicketObservation, part: str, answered: bool) -> bool:
        """Say what is seen at the end of the outage; whether it cost the tickets nothing."""
        moving, filed = await self._observe(self._moving), await self._observe(self._filed)
        grown = moving.events - before.events
        answer = "answered meanwhile" if answered else "not answered yet"
        self._report_line(
            f"ticket with an outcome: {moving.state}, {before.events} events, {grown} more now"
        )
        self._report_retries(moving)
        self._report_line(f"claim that is filed: {filed.state}, {answer}, {filed.events} events")
        self._report_retries(filed)
        if part == NOT_AWAITED:
            return {moving.state, filed.state} <= {*map(str, FINAL)}
        return grown <= MAX_ADDED_EVENTS and filed.events <= MAX_ADDED_EVENTS

    def _report_retries(self, observation: TicketObservation) -> None:
        for line in observation.retried or ("nothing",):
            self._report_line(f"  being retried: {line}")

    async def _wait_for_both(self, filing: asyncio.Task[None], seconds: float) -> bool:
        """Wait for both ends: the next attempt may be as far away as the outage was long."""
        max_interval = UNLIMITED_RETRY_POLICY.maximum_interval
        pause = min(seconds, max_interval.total_seconds()) if max_interval else seconds
        begun = time.monotonic()
        try:
            async with asyncio.timeout(pause + TIMEOUT_SECONDS):
                await filing
                for one in (self._moving, self._filed):
                    handle = self._handle(one.scenario)
                    one.outcome = await _result_when_available(handle.result)
        except TimeoutError:
            self._report_line(f"not ended {time.monotonic() - begun:.0f} s after the part was back")
            return False
        self._report_line(f"both ended {time.monotonic() - begun:.0f} s after the part was back")
        return True

    async def _check(self, seconds: float) -> bool:
        """Compare with what was expected; a webhook waits no longer than thrice the outage."""
        both = [self._moving, self._filed]
        observations = await observe(
            both, self._connections, timeout_seconds=TIMEOUT_SECONDS + 3 * seconds
        )
        wrong = [line for one in both for line in checks.check_scenario(one, observations)]
        wrong += checks.check_grants([one.scenario.row for one in both], observations.grants)
        wrong += check_events(both, observations)
        for one in both:
            observation = await self._observe(one)
            self._report_line(
                f"{one.scenario.row.number}: {observation.state}, {observation.events} events"
            )
        for line in wrong:
            self._report_line(f"wrong: {line}")
        return not wrong

    async def _observe(self, one: ScenarioResult) -> TicketObservation:
        """Describe a ticket as the Temporal UI does, and query its state."""
        handle = self._handle(one.scenario)
        try:
            described = await handle.describe()
        except RPCError as error:
            return TicketObservation(f"unknown ({error.status.name})", 0)
        pending = described.raw_description.pending_activities
        retried = [
            f"{one.activity_type.name}, attempt {one.attempt}: "
            f"{one.last_failure.application_failure_info.type} {one.last_failure.message}"
            for one in pending
        ]
        return TicketObservation(await _state(handle), described.history_length, tuple(retried))

    def _handle(self, scenario: Scenario) -> Handle:
        client = self._connections.client
        return client.get_workflow_handle(scenario.row.number, result_type=TicketOutcome)


async def _result_when_available(result: Callable[[], Awaitable[TicketOutcome]]) -> TicketOutcome:
    return await retry_until_available(result, seconds=None)


async def _state(handle: Handle) -> str:
    """Query the state of the ticket; its worker may not run."""
    try:
        async with asyncio.timeout(POLL_SECONDS * 8):
            seen = await handle.query("snapshot", result_type=TicketSnapshot)
    except (RPCError, TimeoutError):
        return "state unknown"
    return str(seen.state)
