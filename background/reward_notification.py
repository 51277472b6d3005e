"""Notifying tickets of registered rewards, and agents of rewards that contradict a grant."""

import asyncio
from collections.abc import Sequence
from typing import Final

from temporalio.client import Client

from adapters.postgres.agents.discrepancies import log_contradicting_rewards
from adapters.postgres.database import Database
from adapters.postgres.platform.reward_checks import (
    RewardKey,
    RewardMatch,
    open_tickets_for_rewards,
)
from domain.claims.rewards import Reward
from workflows.client import send_signal

MAX_CONCURRENT_SIGNALS: Final = 10


async def notify_tickets(database: Database, client: Client, rewards: Sequence[RewardKey]) -> None:
    """Record rewards that contradict a grant, and signal the open tickets that the others end.

    Raises `TransientError` or `RPCError` while Temporal is unavailable.
    """
    await log_contradicting_rewards(database, rewards)
    await _signal(client, await open_tickets_for_rewards(database, rewards))


async def _signal(client: Client, tickets: Sequence[RewardMatch]) -> None:
    """Signal all tickets, then raise the first failure."""
    limit = asyncio.Semaphore(MAX_CONCURRENT_SIGNALS)

    async def signal(reward: Reward, number: str) -> None:
        message = {
            "reward_id": reward.reward_id,
            "order_number": reward.order_number,
            "occurred_at": reward.changed_at.isoformat(),
        }
        async with limit:
            await send_signal(client, number, "reward_registered", message)

    results = await asyncio.gather(*(signal(*ticket) for ticket in tickets), return_exceptions=True)
    for failure in results:
        if isinstance(failure, BaseException):
            raise failure
