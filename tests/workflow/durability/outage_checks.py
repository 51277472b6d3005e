"""What an operator sees of an outage."""

from typing import Final

from tests.support.polling import wait_until
from tests.support.workflow.environment import TicketEnvironment

MINUTES: Final = 5
# A marker for the local attempts, their timer, the activity's own three, and workflow tasks.
HANDFUL: Final = 15


async def wait_until_retried(env: TicketEnvironment, activity: str) -> int:
    """Wait until the operator sees the activity tried again; return the events so far."""
    await wait_until(env.pending_activities, lambda pending: pending.get(activity, 0) > 1)
    return len(await env.history_events())


async def check_outage(env: TicketEnvironment, activity: str) -> None:
    """Let minutes pass: attempts grow, history does not."""
    before = await wait_until_retried(env, activity)
    attempts = (await env.pending_activities())[activity]
    await env.skip_time(minutes=MINUTES)
    assert (await env.pending_activities())[activity] > attempts
    assert len(await env.history_events()) == before


async def end_outage(env: TicketEnvironment) -> None:
    """Let the database be there again; tickets go on within a minute."""
    env.database_proxy.restore()
    await env.skip_time(minutes=1)
