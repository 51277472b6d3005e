"""The platform's feed of links and rewards; an older version of a record is ignored.

A reward that is registered ends its open tickets: they are told when the record is in the books,
and once more some time later, so that neither a crash in between nor a claim that is being admitted
at that moment goes by unheard. Told twice, a ticket does the same as once.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Body, Path
from pydantic import (
    Field,
    ValidationError,
)
from temporalio.service import RPCError

from adapters.postgres.database import Postgres
from adapters.postgres.discrepancies import keep_contradicting_rewards
from adapters.postgres.platform_feed import (
    Kept,
    Key,
    Told,
    keep_links,
    keep_rewards,
    news_of,
    open_tickets,
    rewards_to_look_at,
)
from domain.claims.claim import Reward
from domain.errors import TransientError
from gateway.api.schemas.feed import (
    LINK_EXAMPLE,
    REWARD_EXAMPLE,
    LinkRecord,
    RecordResult,
    RecordResults,
    RewardRecord,
)
from gateway.context import AppContext, Context
from gateway.http.auth import ApiRoute, Caller, FeedCaller
from gateway.http.problems import FieldError, Problem, field_errors, responses
from gateway.temporal_client import send_signal

log = logging.getLogger("gateway")
router = APIRouter(prefix="/v1", tags=["feed"], route_class=ApiRoute)
MOST_RECORDS: Final = 1000
PATIENCE: Final = 5.0
"""Seconds for telling tickets before the platform gets its answer: the round tells the rest."""
LOOKED_AT_ONCE: Final = 50
_TOLD_AT_ONCE: Final = 10
_PROBLEMS: Final = responses(
    "malformed", "payload_too_large", "unauthorised", "forbidden", "unavailable"
)
_PROBLEMS_OF_ONE: Final = _PROBLEMS | responses("id_mismatch")


_ID: Final = {"min_length": 1, "max_length": 200, "pattern": r"^[!-~]+$"}
_ID_WRITTEN: Final = "[!-~]{1,200}"
LinkId = Annotated[str, Path(**_ID, examples=["lnk-77"])]
RewardId = Annotated[str, Path(**_ID, examples=["rew-5"])]


R = TypeVar("R", LinkRecord, RewardRecord)
Records = Annotated[list[Any], Field(max_length=MOST_RECORDS)]


@router.put("/links/{link_id:path}", responses=_PROBLEMS_OF_ONE)
async def put_one_link(
    context: Context, caller: FeedCaller, link_id: LinkId, link: Annotated[LinkRecord, Body()]
) -> RecordResult:
    """Keep a link."""
    _must_agree(link_id, link.link_id)
    caller.require_account(link.account_id)
    (kept,) = await keep_links(context.postgres, [link], caller.may_access_all_accounts)
    return _one_taken(link_id, kept)


@router.put("/links", responses=_PROBLEMS)
async def put_links(
    context: Context, caller: FeedCaller, links: Annotated[Records, Body(examples=[[LINK_EXAMPLE]])]
) -> RecordResults:
    """Keep many links, each as `PUT /v1/links/{link_id}` takes one: a bad one spoils no other."""
    records = [_read(LinkRecord, one, "link_id", caller) for one in links]
    return await _keep_sound(context.postgres, records, "link_id", caller, keep_links)


@router.put("/rewards/{reward_id:path}", responses=_PROBLEMS_OF_ONE)
async def put_one_reward(
    context: Context,
    caller: FeedCaller,
    reward_id: RewardId,
    reward: Annotated[RewardRecord, Body()],
) -> RecordResult:
    """Keep a reward; one that is registered ends the open ticket for its order."""
    _must_agree(reward_id, reward.reward_id)
    caller.require_account(reward.account_id)
    (kept,) = await keep_rewards(context.postgres, [reward], caller.may_access_all_accounts)
    await _tell_soon(context, news_of([reward], [kept]))
    return _one_taken(reward_id, kept)


@router.put("/rewards", responses=_PROBLEMS)
async def put_rewards(
    context: Context,
    caller: FeedCaller,
    rewards: Annotated[Records, Body(examples=[[REWARD_EXAMPLE]])],
) -> RecordResults:
    """Keep many rewards, each as `PUT /v1/rewards/{reward_id}` takes one: a bad one spoils no
    other.
    """
    records = [_read(RewardRecord, one, "reward_id", caller) for one in rewards]
    answer = await _keep_sound(context.postgres, records, "reward_id", caller, keep_rewards)
    sound = [
        (one, Kept(told.result))
        for one, told in zip(records, answer.results, strict=True)
        if not isinstance(one, RecordResult)
    ]
    await _tell_soon(context, news_of(*zip(*sound, strict=True)) if sound else [])
    return answer


async def look_again(context: AppContext) -> bool:
    """Tell the open tickets of rewards whose second look is due."""
    async with rewards_to_look_at(context.postgres, LOOKED_AT_ONCE) as due:
        if due:
            await _tell_of(context, due)
    return len(due) == LOOKED_AT_ONCE


def _must_agree(in_path: str, in_record: str) -> None:
    """Raise `id_mismatch` where address and record are not of one thing (RFC 9110, 9.3.4)."""
    if in_path != in_record:
        raise Problem("id_mismatch")


def _read(model: type[R], content: Any, name: str, caller: Caller) -> R | RecordResult:
    """Read a record; what cannot be read, or is not the caller's to tell, is its result."""
    found = content.get(name) if isinstance(content, dict) else None
    record_id = found if isinstance(found, str) and re.fullmatch(_ID_WRITTEN, found) else None
    try:
        record = model.model_validate(content)
    except ValidationError as error:
        wrong = field_errors(error.errors(include_url=False))
        errors = [FieldError(field=field, expected=what) for field, what in wrong.items()]
        return RecordResult(id=record_id, result="malformed", errors=errors)
    if not caller.may_access_account(record.account_id):
        return _taken(record_id, Kept.FORBIDDEN)
    return record


async def _keep_sound(
    postgres: Postgres,
    records: Sequence[R | RecordResult],
    name: str,
    caller: Caller,
    keep: Callable[[Postgres, Sequence[R], bool], Awaitable[list[Kept]]],
) -> RecordResults:
    sound = [one for one in records if not isinstance(one, RecordResult)]
    kept = iter(await keep(postgres, sound, caller.may_access_all_accounts) if sound else [])
    results = [
        one if isinstance(one, RecordResult) else _taken(getattr(one, name), next(kept))
        for one in records
    ]
    return RecordResults(results=results)


def _one_taken(record_id: str, kept: Kept) -> RecordResult:
    if kept is Kept.FORBIDDEN:
        raise Problem("forbidden")
    return _taken(record_id, kept)


def _taken(record_id: str | None, kept: Kept) -> RecordResult:
    return RecordResult(id=record_id, result=kept.value)


async def _tell_soon(context: AppContext, rewards: Sequence[Key]) -> None:
    """Tell what can be told now: the record is kept, and whatever is away hears of it later."""
    if not rewards:
        return
    try:
        async with asyncio.timeout(PATIENCE):
            await _tell_of(context, rewards)
    except (TransientError, RPCError, TimeoutError) as error:
        log.warning("tickets are told of rewards later: %s", type(error).__name__)


async def _tell_of(context: AppContext, rewards: Sequence[Key]) -> None:
    """Show agents which of these contradict a grant, and signal the open tickets that they end."""
    await keep_contradicting_rewards(context.postgres, rewards)
    await _tell(context, await open_tickets(context.postgres, rewards))


async def _tell(context: AppContext, tickets: Sequence[Told]) -> None:
    """Signal tickets, a few at once; raises `TransientError` or `RPCError` while Temporal is
    away.
    """
    limit = asyncio.Semaphore(_TOLD_AT_ONCE)

    async def one(reward: Reward, number: str) -> None:
        message = {
            "reward_id": reward.reward_id,
            "order_number": reward.order_number,
            "occurred_at": reward.changed_at.isoformat(),
        }
        async with limit:
            await send_signal(context.temporal, number, "reward_registered", message)

    told = await asyncio.gather(*(one(*ticket) for ticket in tickets), return_exceptions=True)
    for failure in told:
        if isinstance(failure, BaseException):
            raise failure
