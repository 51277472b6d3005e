"""Outages: a part of the stack is gone while one ticket is filed and another one moves.

Both must end as their lines in `claims.csv` say, with every letter, claim and grant once, and their
histories may grow by no more than a handful of events while the part is away. Without the platform
both end at once: it is told when it is back.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.text import Text
from temporalio.client import WorkflowHandle
from temporalio.service import RPCError

from domain.tickets.snapshot import TicketOutcome, TicketSnapshot
from domain.tickets.states import FINAL, State
from local.demo import checks
from local.demo.demo import Doors, look, open_doors, read_for, wipe
from local.demo.event_checks import untold
from local.demo.runner import Played, insisting
from local.demo.scenarios import Example
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
"""What can be gone, and the part of the stack that is then stopped."""
WAITED_FOR_BY_NOBODY: Final = "platform"
MOVING: Final = "vel-cashback"
FILED: Final = "vel-referral"
HANDFUL: Final = 30
"""So many events may be added to a history while a part is away, however long that lasts."""
PATIENCE: Final = 60.0  # seconds for what is not waiting for its next attempt
STEP: Final = 0.25  # seconds between two looks

Handle = WorkflowHandle[Any, TicketOutcome]


@dataclass(frozen=True)
class Sight:
    """What an operator sees of a ticket: its state, its history's length, what is retried."""

    state: str
    events: int
    retried: tuple[str, ...] = ()


async def outage(name: str, seconds: float, state: Path, console: Console) -> bool:
    """Let the part `name` be gone for so long, on a fresh stack; whether all went well."""
    wipe(state)
    console.print(f"[bold]{name}[/]: gone for {seconds:.0f} s")
    async with Stack(state, Ports.free()) as stack, open_doors(stack) as doors:
        play = Outage(stack, doors, lambda line: console.print(Text(f"  {line}"), soft_wrap=True))
        return await stack.supervisor.while_alive(play.endure(PARTS[name], seconds))


class Outage:
    """One outage on a running stack; `say` hears what is seen, line by line."""

    def __init__(self, stack: Stack, doors: Doors, say: Callable[[str], None]) -> None:
        """Read the two claims that are filed: one before, one meanwhile."""
        self._stack = stack
        self._doors = doors
        self._say = say
        self._examples = read_for(stack)
        known = {one.row.request_key: one for one in self._examples.claims if not one.repeats}
        self._moving, self._filed = Played(known[MOVING]), Played(known[FILED])

    async def endure(self, part: str, seconds: float) -> bool:
        """Take the part away and bring it back; whether both tickets end as they must."""
        await self._doors.gateway.feed(self._examples.links, self._examples.rewards)
        before = await self._stand_at_partner()
        await self._stack.supervisor.stop(part)
        filing = asyncio.create_task(self._file(self._filed))
        try:
            await self._confirm(self._moving.example)
            await asyncio.sleep(seconds)
            small = await self._tell(before, part, filing.done())
            await self._stack.supervisor.start_again(part)
            ended = await self._go_on(filing, seconds)
        finally:
            filing.cancel()
        return await self._judge(seconds) and small and ended

    async def _stand_at_partner(self) -> Sight:
        """File the first claim, whose partner says nothing by itself."""
        number = self._moving.example.row.number
        silent = await self._doors.partners.put(f"/scripts/{number}", json={"answers": []})
        silent.raise_for_status()
        await self._file(self._moving)
        async with asyncio.timeout(PATIENCE):
            while True:
                sight = await self._look(self._moving)
                if sight.state == State.SENT_TO_PARTNER:
                    return sight
                await asyncio.sleep(STEP)

    async def _confirm(self, example: Example) -> None:
        outcome = {"outcome_id": "evt-meanwhile", "outcome": "confirmed"}
        handle = self._handle(example)
        await handle.signal("partner_outcome", outcome | {"partner_id": example.row.partner_id})

    async def _file(self, one: Played) -> None:
        claim, key = one.example.claim, one.example.row.request_key
        begun = time.monotonic()
        one.admission = await self._doors.gateway.file(claim, key)
        one.took = time.monotonic() - begun

    async def _tell(self, before: Sight, part: str, answered: bool) -> bool:
        """Say what is seen at the end of the outage; whether it cost the tickets nothing."""
        moving, filed = await self._look(self._moving), await self._look(self._filed)
        grown = moving.events - before.events
        answer = "answered meanwhile" if answered else "not answered yet"
        self._say(f"ticket that moves: {moving.state}, {before.events} events, {grown} more now")
        self._tell_retried(moving)
        self._say(f"claim that is filed: {filed.state}, {answer}, {filed.events} events")
        self._tell_retried(filed)
        if part == WAITED_FOR_BY_NOBODY:
            return {moving.state, filed.state} <= {*map(str, FINAL)}
        return grown <= HANDFUL and filed.events <= HANDFUL

    def _tell_retried(self, sight: Sight) -> None:
        for line in sight.retried or ("nothing",):
            self._say(f"  being retried: {line}")

    async def _go_on(self, filing: asyncio.Task[None], seconds: float) -> bool:
        """Wait for both ends: the next attempt may be as far away as the outage was long."""
        longest = UNLIMITED_RETRY_POLICY.maximum_interval
        pause = min(seconds, longest.total_seconds()) if longest else seconds
        begun = time.monotonic()
        try:
            async with asyncio.timeout(pause + PATIENCE):
                await filing
                for one in (self._moving, self._filed):
                    handle = self._handle(one.example)
                    one.outcome = await _insisting_on(handle.result)
        except TimeoutError:
            self._say(f"not ended {time.monotonic() - begun:.0f} s after the part was back")
            return False
        self._say(f"both ended {time.monotonic() - begun:.0f} s after the part was back")
        return True

    async def _judge(self, seconds: float) -> bool:
        """Compare with what was expected; a webhook waits no longer than thrice the outage."""
        both = [self._moving, self._filed]
        evidence = await look(both, self._doors, patience=PATIENCE + 3 * seconds)
        wrong = [line for one in both for line in checks.differences(one, evidence)]
        wrong += checks.books_differ([one.example.row for one in both], evidence.grants)
        wrong += untold(both, evidence)
        for one in both:
            sight = await self._look(one)
            self._say(f"{one.example.row.number}: {sight.state}, {sight.events} events in all")
        for line in wrong:
            self._say(f"wrong: {line}")
        return not wrong

    async def _look(self, one: Played) -> Sight:
        """Describe a ticket as the Temporal UI does, and ask it for its state."""
        handle = self._handle(one.example)
        try:
            described = await handle.describe()
        except RPCError as error:
            return Sight(f"unknown ({error.status.name})", 0)
        pending = described.raw_description.pending_activities
        retried = [
            f"{one.activity_type.name}, attempt {one.attempt}: "
            f"{one.last_failure.application_failure_info.type} {one.last_failure.message}"
            for one in pending
        ]
        return Sight(await _state(handle), described.history_length, tuple(retried))

    def _handle(self, example: Example) -> Handle:
        client = self._doors.client
        return client.get_workflow_handle(example.row.number, result_type=TicketOutcome)


async def _insisting_on(result: Callable[[], Awaitable[TicketOutcome]]) -> TicketOutcome:
    return await insisting(result, seconds=None)


async def _state(handle: Handle) -> str:
    """Return the state by the ticket's own words; nobody may be there to say it."""
    try:
        async with asyncio.timeout(STEP * 8):
            seen = await handle.query("snapshot", result_type=TicketSnapshot)
    except (RPCError, TimeoutError):
        return "state unknown"
    return str(seen.state)
