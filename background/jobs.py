"""The jobs, and how they run: each in an endless loop, safe to run in several processes at once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from temporalio.service import RPCError

from background.clock_check import check_clock
from background.context import JobContext
from background.event_sequencer import sequence_events
from background.lost_tickets import scan_open_tickets
from background.outcome_sweeper import dispatch_stale_outcomes
from background.reward_recheck import recheck_rewards
from background.webhook_sender import send_due_webhooks
from domain.error_location import error_location
from domain.errors import TransientError

log = logging.getLogger("background")
Job = Callable[[JobContext], Awaitable[bool]]
"""Does some work; returns whether more work may be waiting."""
POLL_INTERVAL_SECONDS: Final = 1.0
ERROR_BACKOFF_SECONDS: Final = 5.0
JOBS: Final[Sequence[Job]] = (
    check_clock,
    scan_open_tickets,
    dispatch_stale_outcomes,
    recheck_rewards,
    sequence_events,
    send_due_webhooks,
)


@asynccontextmanager
async def run_jobs(context: JobContext, jobs: Sequence[Job] = JOBS) -> AsyncIterator[None]:
    """Run the jobs until the context is left; what they do then is cancelled and done again later,
    by this process or another.
    """
    tasks = [asyncio.create_task(_run_forever(job, context)) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def _run_forever(job: Job, context: JobContext) -> None:
    name = getattr(job, "__name__", "job")
    while True:
        try:
            has_more = await job(context)
        except (TransientError, RPCError, RuntimeError) as error:
            log.warning("%s failed and will be retried: %s", name, type(error).__name__)
            await asyncio.sleep(ERROR_BACKOFF_SECONDS)
        except Exception as error:
            log.error("internal error in %s: %s", name, error_location(error))
            await asyncio.sleep(ERROR_BACKOFF_SECONDS)
        else:
            await asyncio.sleep(0 if has_more else POLL_INTERVAL_SECONDS)
