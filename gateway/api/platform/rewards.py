"""The platform's feed of rewards; an older version of a reward is ignored.

A registered reward ends the open tickets for its order: they are signalled as soon as the record is
stored, and once more later (see `background/`), so that neither a crash in between nor a claim
that is being admitted meanwhile is missed. A repeated signal changes nothing.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Body, Path
from temporalio.service import RPCError

from adapters.postgres.platform.feed import UpsertResult, accepted_reward_ids, upsert_rewards
from adapters.postgres.platform.reward_checks import RewardKey
from background.reward_notification import notify_tickets
from domain.errors import TransientError
from gateway.api.platform.feed_documentation import BATCH_PROBLEMS, ID_LIMITS, PROBLEMS, Records
from gateway.api.platform.feed_records import (
    read_record,
    require_matching_id,
    single_result,
    store_valid,
)
from gateway.api.schemas.feed import (
    REWARD_EXAMPLE,
    RecordResult,
    RecordResults,
    RewardRecord,
)
from gateway.context import AppContext, Context
from gateway.http.auth import ApiRoute, FeedCaller

log = logging.getLogger("gateway")
router = APIRouter(prefix="/v1", tags=["feed"], route_class=ApiRoute)
NOTIFY_TIMEOUT_SECONDS: Final = 5.0
"""For signalling tickets before the platform gets its response; the re-check signals the others."""
RewardId = Annotated[str, Path(**ID_LIMITS, examples=["rew-5"])]


@router.put(
    "/rewards/{reward_id:path}",
    operation_id="rewards_put",
    summary="Store a reward",
    responses=PROBLEMS,
)
async def put_reward(
    context: Context,
    caller: FeedCaller,
    reward_id: RewardId,
    reward: Annotated[RewardRecord, Body()],
) -> RecordResult:
    """Store a reward, unless the stored version is newer. A registered reward ends the open
    ticket for its order.
    """
    require_matching_id(reward_id, reward.reward_id)
    caller.require_account(reward.account_id)
    (stored,) = await upsert_rewards(context.database, [reward], caller.may_access_all_accounts)
    await _notify_tickets_now(context, accepted_reward_ids([reward], [stored]))
    return single_result(reward_id, stored)


@router.put(
    "/rewards", operation_id="rewards_put_batch", summary="Store rewards", responses=BATCH_PROBLEMS
)
async def put_rewards(
    context: Context,
    caller: FeedCaller,
    rewards: Annotated[Records, Body(examples=[[REWARD_EXAMPLE]])],
) -> RecordResults:
    """Store up to 1,000 rewards. Each has its own result; invalid ones do not affect the others."""
    records = [read_record(RewardRecord, one, "reward_id", caller) for one in rewards]
    stored = await store_valid(context.database, records, "reward_id", caller, upsert_rewards)
    valid = [
        (one, UpsertResult(result.result))
        for one, result in zip(records, stored.results, strict=True)
        if not isinstance(one, RecordResult)
    ]
    await _notify_tickets_now(
        context, accepted_reward_ids(*zip(*valid, strict=True)) if valid else []
    )
    return stored


async def _notify_tickets_now(context: AppContext, rewards: Sequence[RewardKey]) -> None:
    """Signal the tickets of these rewards now. What fails is left to the re-check."""
    if not rewards:
        return
    try:
        async with asyncio.timeout(NOTIFY_TIMEOUT_SECONDS):
            await notify_tickets(context.database, context.temporal, rewards)
    except (TransientError, RPCError, TimeoutError) as error:
        log.warning("tickets will be notified of rewards later: %s", type(error).__name__)
