"""Finding open tickets that no workflow leads: a round that looks at every open ticket in turn."""

import asyncio
import logging
from typing import Final

from prometheus_client import Gauge

from adapters.postgres.resumption import lost_tickets
from gateway.context import AppContext
from workflows.resumption import check_open_tickets

log = logging.getLogger("gateway")
PAUSE: Final = 1.0
"""Seconds between two pages: Temporal is asked for so many workflows a second."""
PAUSE_AFTER_ALL: Final = 60.0
LOST: Final = Gauge(
    "tickets_without_workflow",
    "Open tickets that no workflow leads, as this process last counted them",
)


async def find_lost(context: AppContext) -> bool:
    """Look at every open ticket once; a round of `rounds.py`."""
    after, more = "", True
    while more:
        after, found = await check_open_tickets(context.postgres, context.temporal, after)
        for number in found:
            log.error("%s: no workflow leads this ticket: worker.py repair %s", number, number)
        more = bool(after)
        await count_lost(context)
        await asyncio.sleep(PAUSE if more else PAUSE_AFTER_ALL)
    return False


async def count_lost(context: AppContext) -> None:
    """Let the figures show how many tickets are marked."""
    LOST.set(len(await lost_tickets(context.postgres)))
