"""A storm of outcomes: all partners answer at once, and the worker has forgotten its tickets.

The tickets are idle and wait for their partner; the worker is started again before, so that it has
to replay the history of every ticket before it can take the outcome.
"""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from temporalio.client import Client

from bench.cost.workloads import CHANNEL, PARTNER, TicketWorkload, confirm
from bench.counts import WorkCount
from bench.figures import Figure
from bench.load import FiledTicket, LoadGenerator, Report, start_load_stack, until
from bench.run_sizes import run_sizes

TICKETS: Final = WorkCount(1_000, quick=100)
CONCURRENT_SIGNALS: Final = 100
OPENING_SECONDS: Final = 600
STORM_SECONDS: Final = 600
CONFIRMED: Final = """
select count(*) as changed
from ticket_transitions where event = 'partner_confirmed'
"""
FLAGGED: Final = "select count(*) as flagged from tickets where cardinality(attention) > 0"


async def measure(state: Path, report: Report, quick: bool) -> list[Figure]:
    """Return how long it took until all outcomes had changed their tickets, and what failed."""
    count = TICKETS.pick(quick)
    async with start_load_stack(state, {PARTNER: CHANNEL}, report) as load:
        report(f"opening {count} tickets ...")
        client = await Client.connect(load.stack.addresses["temporal_address"])
        filed = await _open(load, client, count)
        await load.restart_worker()
        await load.file(PARTNER)  # is answered once the worker works again
        report(f"{count} outcomes at once ...")
        signalled, seconds = await _storm(load, client, filed)
        await load.wait_idle(STORM_SECONDS)
        failures = await run_sizes(load.stack.addresses["temporal_address"])
        (flags,) = await load.rows(FLAGGED)
    return [
        Figure("tickets that waited", count),
        Figure("until all are signalled", signalled, "s"),
        Figure("until all transitions are in the database", seconds, "s"),
        Figure("transitions", count / seconds, "a second"),
        Figure("tickets that need a person", flags["flagged"], at_most=0, exact=True),
        *failures,
    ]


async def _open(load: LoadGenerator, client: Client, count: int) -> list[FiledTicket]:
    """File tickets, and wait until all wait for their partner with nothing else to do."""
    tickets = TicketWorkload(load, client)
    filed = await load.admit_all(await tickets.prepare_all(count))
    await load.delivered(filed, OPENING_SECONDS)
    await load.wait_idle(OPENING_SECONDS)
    return filed


async def _storm(
    load: LoadGenerator, client: Client, filed: Sequence[FiledTicket]
) -> tuple[float, float]:
    """Signal all; return the seconds until all are signalled, and until all have changed."""
    slots = asyncio.Semaphore(CONCURRENT_SIGNALS)

    async def signal(one: FiledTicket) -> None:
        async with slots:
            await confirm(client, one.number)

    started_at = time.perf_counter()
    await asyncio.gather(*(signal(one) for one in filed))
    signalled = time.perf_counter() - started_at
    async for _ in until(STORM_SECONDS, f"{len(filed)} transitions"):
        (row,) = await load.rows(CONFIRMED)
        if row["changed"] == len(filed):
            return signalled, time.perf_counter() - started_at
    raise AssertionError
