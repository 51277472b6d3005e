"""Checks of an outage in pending activities and history."""

from typing import Final

from tests.support.polling import wait_until
from tests.support.workflow.environment import TicketEnvironment

MINUTES: Final = 5
# A marker and a timer for local attempts, three events of the activity, and workflow tasks.
MAX_OUTAGE_EVENTS: Final = 15


async def wait_until_retried(env: TicketEnvironment, activity: str) -> int:
    """Wait until the activity is retried; return the number of events so far."""
    await wait_until(env.pending_activities, lambda pending: pending.get(activity, 0) > 1)
    return len(await env.history_events())


async def check_outage(env: TicketEnvironment, activity: str) -> None:
    """Skip some minutes; check that attempts increase and the history does not grow."""
    before = await wait_until_retried(env, activity)
    attempts = (await env.pending_activities())[activity]
    await env.skip_time(minutes=MINUTES)
    assert (await env.pending_activities())[activity] > attempts
    assert len(await env.history_events()) == before


async def end_outage(env: TicketEnvironment) -> None:
    """Restore the database, and skip the minute within which tickets continue.

    An attempt that began before the restoration still fails: then skip the minute to the next.
    """
    env.database_proxy.restore()
    for _ in range(3):
        await env.skip_time(minutes=1)
        if not await env.pending_activities():
            return
