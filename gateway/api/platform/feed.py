"""The platform's feed of links and rewards; an older version of a record is ignored.

A registered reward ends the open tickets for its order: they are signalled as soon as the record is
stored, and once more later (see `background/`), so that neither a crash in between nor a claim
that is being admitted meanwhile is missed. A repeated signal changes nothing.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Path
from pydantic import Field
from temporalio.service import RPCError

from adapters.postgres.platform_feed import (
    RewardKey,
    UpsertResult,
    accepted_reward_ids,
    upsert_links,
    upsert_rewards,
)
from background.reward_notification import notify_tickets
from domain.codes import RefusalCode
from domain.errors import TransientError
from gateway.api.platform.feed_records import read_record, record_result, store_valid
from gateway.api.schemas.feed import (
    LINK_EXAMPLE,
    REWARD_EXAMPLE,
    LinkRecord,
    RecordResult,
    RecordResults,
    RewardRecord,
)
from gateway.context import AppContext, Context
from gateway.http.auth import ApiRoute, FeedCaller
from gateway.http.problems import Problem, responses

log = logging.getLogger("gateway")
router = APIRouter(prefix="/v1", tags=["feed"], route_class=ApiRoute)
MAX_RECORDS: Final = 1000
NOTIFY_TIMEOUT_SECONDS: Final = 5.0
"""For signalling tickets before the platform gets its response; the re-check signals the others."""
_BATCH_PROBLEMS: Final = responses(
    RefusalCode.MALFORMED,
    RefusalCode.PAYLOAD_TOO_LARGE,
    RefusalCode.UNAUTHORISED,
    RefusalCode.FORBIDDEN,
    RefusalCode.UNAVAILABLE,
)
_PROBLEMS: Final = _BATCH_PROBLEMS | responses(RefusalCode.ID_MISMATCH)
_ID: Final = {"min_length": 1, "max_length": 200, "pattern": r"^[!-~]+$"}
LinkId = Annotated[str, Path(**_ID, examples=["lnk-77"])]
RewardId = Annotated[str, Path(**_ID, examples=["rew-5"])]
Records = Annotated[list[Any], Field(max_length=MAX_RECORDS)]


@router.put(
    "/links/{link_id:path}",
    operation_id="links_put",
    summary="Store a link",
    responses=_PROBLEMS,
)
async def put_link(
    context: Context, caller: FeedCaller, link_id: LinkId, link: Annotated[LinkRecord, Body()]
) -> RecordResult:
    """Store a link of an account, unless the stored version is newer."""
    _require_matching_id(link_id, link.link_id)
    caller.require_account(link.account_id)
    (stored,) = await upsert_links(context.database, [link], caller.may_access_all_accounts)
    return _single_result(link_id, stored)


@router.put(
    "/links", operation_id="links_put_batch", summary="Store links", responses=_BATCH_PROBLEMS
)
async def put_links(
    context: Context, caller: FeedCaller, links: Annotated[Records, Body(examples=[[LINK_EXAMPLE]])]
) -> RecordResults:
    """Store up to 1,000 links. Each has its own result; invalid ones do not affect the others."""
    records = [read_record(LinkRecord, one, "link_id", caller) for one in links]
    return await store_valid(context.database, records, "link_id", caller, upsert_links)


@router.put(
    "/rewards/{reward_id:path}",
    operation_id="rewards_put",
    summary="Store a reward",
    responses=_PROBLEMS,
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
    _require_matching_id(reward_id, reward.reward_id)
    caller.require_account(reward.account_id)
    (stored,) = await upsert_rewards(context.database, [reward], caller.may_access_all_accounts)
    await _notify_tickets_now(context, accepted_reward_ids([reward], [stored]))
    return _single_result(reward_id, stored)


@router.put(
    "/rewards", operation_id="rewards_put_batch", summary="Store rewards", responses=_BATCH_PROBLEMS
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


def _require_matching_id(in_path: str, in_record: str) -> None:
    """Raise `id_mismatch` unless path and record name the same thing (RFC 9110, 9.3.4)."""
    if in_path != in_record:
        raise Problem(RefusalCode.ID_MISMATCH)


def _single_result(record_id: str, stored: UpsertResult) -> RecordResult:
    if stored is UpsertResult.FORBIDDEN:
        raise Problem(RefusalCode.FORBIDDEN)
    return record_result(record_id, stored)


async def _notify_tickets_now(context: AppContext, rewards: Sequence[RewardKey]) -> None:
    """Signal the tickets of these rewards now. What fails is left to the re-check."""
    if not rewards:
        return
    try:
        async with asyncio.timeout(NOTIFY_TIMEOUT_SECONDS):
            await notify_tickets(context.database, context.temporal, rewards)
    except (TransientError, RPCError, TimeoutError) as error:
        log.warning("tickets will be notified of rewards later: %s", type(error).__name__)
