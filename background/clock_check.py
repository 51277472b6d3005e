"""Comparing the worker's clock with the database's, at the start and then every ten minutes."""

import asyncio
import logging
from typing import Final

from temporalio.runtime import Runtime

from adapters.postgres.clock import MAX_SKEW, clock_skew
from background.context import JobContext

log = logging.getLogger("background")
METRIC: Final = "tickets_clock_skew_seconds"
CHECK_INTERVAL_SECONDS: Final = 600.0


async def check_clock(context: JobContext) -> bool:
    """Set the metric, and log an error if the clocks differ by more than a minute."""
    skew = (await clock_skew(context.database, context.now)).total_seconds()
    runtime = context.temporal.service_client.config.runtime or Runtime.default()
    description = "How much this machine's clock and the database's differ"
    gauge = runtime.metric_meter.create_gauge_float(METRIC, description)
    gauge.set(abs(skew))  # the SDK refuses negative values
    if abs(skew) > MAX_SKEW.total_seconds():
        log.error(
            "this machine's clock is %.0f s %s the database's: signatures and deadlines are wrong"
            " until both are set right",
            abs(skew),
            "ahead of" if skew > 0 else "behind",
        )
    await asyncio.sleep(CHECK_INTERVAL_SECONDS)
    return False
