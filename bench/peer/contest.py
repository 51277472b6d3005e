"""Real tickets and the peer's on one stack, and what both have done."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from temporalio.client import Client

from adapters.postgres.database import Database
from bench.cost.at_once import Prepared, run_at_once
from bench.cost.round_figures import OUTSIDE
from bench.cost.workloads import CHANNEL, PARTNER, PROFILE, TicketWorkload, open_ticket_workload
from bench.load import LoadGenerator, Report, start_load_stack, until
from bench.peer.peer_figures import ENGINES
from bench.peer.process import PeerProcess, peer_database_url, start_peer

SETTLE_SECONDS: Final = 120.0
PENDING: Final = """
select exists (select from emails where sent_at is null)
    or exists (select from unsequenced_transitions)
    or exists (select from webhooks where next_attempt_at is not null) as pending
"""
GRANTED: Final = "select count(*) from grants"


@dataclass(frozen=True)
class Contest:
    """Both kinds of tickets on one stack."""

    load: LoadGenerator
    tickets: TicketWorkload
    peer: PeerProcess

    @property
    def pids(self) -> dict[str, int]:
        """The processes that are measured, by name."""
        names = {*ENGINES["ticket"], *OUTSIDE}
        return {one: self.load.stack.supervisor.pid(one) for one in names} | {"peer": self.peer.pid}

    async def run(self, kind: str, prepared: Sequence[Prepared]) -> None:
        """Take claims to their end, `CONCURRENT` at once."""
        if kind == "ticket":
            await run_at_once(self.tickets.run, prepared)
        else:
            self.peer.start_round(prepared)
            await self.peer.expect("done")

    async def settle(self, kind: str) -> None:
        """Wait until all e-mails and webhooks of a round are sent."""
        if kind == "peer":
            await self.peer.expect("settled")
            return
        async for _ in until(SETTLE_SECONDS, "the last webhook"):
            (row,) = await self.load.rows(PENDING)
            if not row["pending"]:
                return

    async def granted(self) -> dict[str, int]:
        """Return how many tickets of each kind were granted."""
        (row,) = await self.load.rows(GRANTED)
        async with (
            Database.connect(peer_database_url(self.load.stack), 1) as database,
            database.transaction() as connection,
        ):
            return {"ticket": row["count"], "peer": await connection.fetchval(GRANTED)}

    def count_emails(self) -> int:
        """Return how many e-mails the mail catcher has."""
        return sum(1 for _ in (self.load.stack.state / "mailbox").glob("*.eml"))


@contextlib.asynccontextmanager
async def open_contest(state: Path, python: Path, report: Report) -> AsyncIterator[Contest]:
    """Start a stack, and beside it the peer's program with its `python`."""
    async with (
        start_load_stack(state, {PARTNER: CHANNEL}, report, PROFILE) as load,
        start_peer(load, python) as peer,
    ):
        client = await Client.connect(load.stack.addresses["temporal_address"])
        async with open_ticket_workload(load, client) as tickets:
            yield Contest(load, tickets, peer)
