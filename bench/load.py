"""Many partners and claims on a local stack, and what can be observed of them from outside."""

import asyncio
import contextlib
import itertools
import tomllib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from adapters.postgres.platform.feed_records import store_link
from domain.claims.rewards import Link
from domain.errors import TicketError
from domain.values.ticket_number import derive_number
from local.demo.connections import Connections, connect, set_script
from local.demo.demo import reset_state
from local.partner_simulator.scripts import Script
from local.stack.ports import Ports
from local.stack.profiles import PLACEHOLDER, merge_overlay, write_profiles
from local.stack.stack import ROOT, Stack
from workflows.client import admit_ticket

Report = Callable[[str], None]

TEMPLATE_PROFILE: Final = ROOT / "partners" / "velotel.toml"
UNRESPONSIVE_MODE: Final = {"mode": "slow:3600"}
JITTER_STEP: Final = 0.618034
MAX_CONCURRENT_FILINGS: Final = 8
ADMISSION_RETRIES: Final = 3
POLL_SECONDS: Final = 0.5  # seconds between two polls
PROMISED: Final = {"amount": "40.00", "currency": "PLN"}


class BenchmarkTimeout(TicketError):
    """A benchmark waited longer than its limit."""


@dataclass(frozen=True)
class FiledTicket:
    """A claim that was accepted."""

    number: str
    partner_id: str


class LoadGenerator:
    """Files claims and watches what becomes of them."""

    def __init__(self, connections: Connections, stack: Stack) -> None:
        """Use these connections to a running stack."""
        self._connections = connections
        self.stack = stack
        self._serial = itertools.count(1)

    async def prepare(self, partner_id: str) -> tuple[dict[str, Any], str]:
        """Return a claim whose link is registered, and its key; its partner will never decide."""
        serial = next(self._serial)
        claim, key = _claim(partner_id, serial), f"bench-{serial}"
        await store_link(self._connections.database, _link(claim))
        await self._expect(derive_number(claim["account_id"], key))
        return claim, key

    async def file(self, partner_id: str) -> FiledTicket:
        """File one claim; raises `BenchmarkTimeout` unless it is accepted."""
        return await self.admit(*await self.prepare(partner_id))

    async def admit(self, claim: dict[str, Any], key: str) -> FiledTicket:
        """File a claim that was prepared: the bare Update-With-Start, and nothing around it.

        Raises `BenchmarkTimeout` unless it is accepted in time.
        """
        try:
            response = await admit_ticket(self._connections.client, claim, key)
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
            raise BenchmarkTimeout(f"a claim was not answered: {error}") from error
        if response.status != "accepted":
            raise BenchmarkTimeout(f"a claim was {response.status}: {response.reasons}")
        return FiledTicket(response.number, claim["partner_id"])

    async def file_all(self, partner_ids: Sequence[str]) -> list[FiledTicket]:
        """File as fast as possible, a few at once."""
        return await self.admit_all([await self.prepare(one) for one in partner_ids])

    async def admit_all(self, prepared: Sequence[tuple[dict[str, Any], str]]) -> list[FiledTicket]:
        """File claims that were prepared as fast as possible, a few at once.

        What is not answered in time is filed again: the same key gets the same answer.
        """
        slots = asyncio.Semaphore(MAX_CONCURRENT_FILINGS)

        async def one(claim: dict[str, Any], key: str) -> FiledTicket:
            async with slots:
                for _ in range(ADMISSION_RETRIES):
                    with contextlib.suppress(BenchmarkTimeout):
                        return await self.admit(claim, key)
                return await self.admit(claim, key)

        return await asyncio.gather(*(one(*each) for each in prepared))

    async def file_steadily(
        self, partner_ids: Sequence[str], per_second: float
    ) -> list[FiledTicket]:
        """File at a steady rate with a jitter, without waiting for answers."""
        loop = asyncio.get_running_loop()
        started_at = loop.time()

        async def one(index: int, partner_id: str) -> FiledTicket:
            at = started_at + (index + index * JITTER_STEP % 1) / per_second
            await asyncio.sleep(at - loop.time())
            return await self.file(partner_id)

        return await asyncio.gather(*(one(*each) for each in enumerate(partner_ids)))

    async def make_unresponsive(self, partner_id: str) -> None:
        """Let a partner accept every connection from now on, and answer nothing."""
        response = await self._connections.partners.put(
            f"/behaviour/{partner_id}", json=UNRESPONSIVE_MODE
        )
        response.raise_for_status()

    async def _expect(self, number: str) -> None:
        """Let the claim's partner accept it and send no outcome."""
        await set_script(self._connections.partners, number, Script(delivery=["ok"]))

    async def terminate(self, filed: Sequence[FiledTicket]) -> None:
        """Terminate the tickets' workflows, so that they cause no more load."""
        for one in filed:
            await self._connections.client.get_workflow_handle(one.number).terminate("measured")

    async def delivered(self, filed: Sequence[FiledTicket], seconds: float) -> dict[str, datetime]:
        """Wait until all have reached their partner; return when each did, by number."""
        expected = {one.number for one in filed}
        async for _ in until(seconds, f"{len(expected)} deliveries"):
            found = await self.delivery_times()
            if expected <= found.keys():
                return {number: found[number] for number in expected}
        raise AssertionError

    async def delivery_times(self) -> dict[str, datetime]:
        """When each claim reached its partner, by number."""
        return {
            one["number"]: datetime.fromisoformat(one["accepted_at"])
            for one in (await self._connections.partners.get("/claims.json")).json()
            if one["accepted_at"]
        }

    async def calls(self, partner_id: str) -> int:
        """How many calls a partner got."""
        claims = (await self._connections.partners.get("/claims.json")).json()
        return sum(one["times"] for one in claims if one["partner_id"] == partner_id)

    async def admission_times(self) -> dict[str, datetime]:
        """Return when each claim was accepted, by number, from the database."""
        rows = await self.rows(
            "select number, at from ticket_transitions where event = 'claim_accepted'"
        )
        return {row["number"]: row["at"] for row in rows}

    async def pending_deliveries(self, partner_id: str) -> int:
        """How many claims of a partner wait for their delivery."""
        rows = await self.rows("select partner_id from tickets where state = 'validated'")
        return sum(row["partner_id"] == partner_id for row in rows)

    async def wait_idle(self, seconds: float = 120) -> None:
        """Wait until every e-mail is sent, so that nothing of an earlier part is pending."""
        async for _ in until(seconds, "the last e-mail"):
            if not await self.rows("select 1 from emails where sent_at is null limit 1"):
                return

    async def restart_worker(self) -> None:
        """Stop the worker and start it again, with an empty cache of workflows."""
        await self.stack.supervisor.stop("worker")
        await self.stack.supervisor.start_again("worker")

    async def rows(self, query: str, *arguments: object) -> list[Any]:
        """Return the rows of a query of the benchmarks' own."""
        async with self._connections.database.transaction() as connection:
            return list(await connection.fetch(query, *arguments))


@contextlib.asynccontextmanager
async def start_load_stack(
    state: Path,
    channels: dict[str, dict[str, Any]],
    report: Report,
    changes: dict[str, Any] | None = None,
) -> AsyncIterator[LoadGenerator]:
    """Start a fresh stack whose partners have these channels, by id, and all have `changes`."""
    reset_state(state)
    model = tomllib.loads(TEMPLATE_PROFILE.read_text(encoding="utf-8"))
    model = merge_overlay(model, changes or {})
    drafts, nothing = state / "drafts", state / "overlays"
    nothing.mkdir()
    write_profiles({key: _profile(model, key, value) for key, value in channels.items()}, drafts)
    report("Starting a fresh stack ...")
    stack = Stack(state, Ports.free(), partners_dir=drafts, overlays_dir=nothing, report=report)
    async with stack, connect(stack) as connections:
        yield LoadGenerator(connections, stack)


def _profile(model: dict[str, Any], partner_id: str, channel: dict[str, Any]) -> dict[str, Any]:
    """Copy the model's profile for another partner, with this channel and a high daily limit."""
    named = {
        "address": f"{PLACEHOLDER}/{partner_id}/claims",
        "secret": f"TICKETS_PARTNER_SECRET_{partner_id.upper().replace('-', '_')}",
    }
    more = {"channel": named | channel, "limits": {"accepted_per_day": 1_000_000}}
    return merge_overlay(model, {"id": partner_id, "name": partner_id, **more})


def _claim(partner_id: str, serial: int) -> dict[str, Any]:
    account = f"acc-{serial}"
    return {
        "account_id": account,
        "contact": {"email": f"{account}@members.example", "name": "Jan", "language": "pl"},
        "kind": "missing_cashback",
        "partner_id": partner_id,
        "link_id": f"lnk-{serial}",
        "ordered_on": (datetime.now(UTC) - timedelta(days=10)).date().isoformat(),
        "answers": {"order_number": f"VT-{serial:05d}"},
    }


def _link(claim: dict[str, Any]) -> Link:
    known = {key: claim[key] for key in ("account_id", "partner_id", "link_id")}
    clicked_at = datetime.now(UTC) - timedelta(days=20)
    more = {"version": 1, "kind": "cashback", "clicked_at": clicked_at}
    return Link.model_validate(known | more | {"promised_reward": PROMISED})


async def until(seconds: float, what: str) -> AsyncIterator[None]:
    """Let the caller poll; raises `BenchmarkTimeout` at the end."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        yield
        await asyncio.sleep(POLL_SECONDS)
    raise BenchmarkTimeout(f"waited {seconds:.0f} s unsuccessfully for {what}")
