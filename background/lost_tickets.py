"""Finding open tickets whose workflow does not run, by checking every open ticket in turn."""

import asyncio
import logging
from typing import Final

from background.context import JobContext
from workflows.resumption import check_open_tickets

log = logging.getLogger("background")
PAGE_INTERVAL_SECONDS: Final = 1.0
"""Between two pages of tickets: limits the requests to Temporal."""
SCAN_INTERVAL_SECONDS: Final = 60.0


async def scan_open_tickets(context: JobContext) -> bool:
    """Check every open ticket once, and mark those without a running workflow."""
    after, has_more = "", True
    while has_more:
        after, found = await check_open_tickets(context.database, context.temporal, after)
        for number in found:
            log.error(
                "%s: no workflow runs for this ticket: python -m cli repair %s", number, number
            )
        has_more = bool(after)
        await asyncio.sleep(PAGE_INTERVAL_SECONDS if has_more else SCAN_INTERVAL_SECONDS)
    return False
