"""Checking registered rewards again some time after they were stored."""

from typing import Final

from adapters.postgres.platform.reward_checks import claim_due_reward_checks
from background.context import JobContext
from background.reward_notification import notify_tickets

BATCH_SIZE: Final = 50


async def recheck_rewards(context: JobContext) -> bool:
    """Notify the open tickets of rewards whose second check is due."""
    async with claim_due_reward_checks(context.database, BATCH_SIZE) as due:
        if due:
            await notify_tickets(context.database, context.temporal, due)
    return len(due) == BATCH_SIZE
