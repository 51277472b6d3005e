"""The platform's feed: links and rewards are upserted in batches, each with a result."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any, Final, TypeVar

from adapters.postgres.database import QUERIES, Connection, Database, repeat_after_migration
from adapters.postgres.platform.feed_records import upsert_link, upsert_reward
from adapters.postgres.platform.reward_checks import RECHECK_DELAY, RewardKey, key_columns
from domain.claims.rewards import Link, Reward

T = TypeVar("T", Link, Reward)

BATCH_SIZE: Final = 50
"""Records per transaction. Each holds a lock until its end, and PostgreSQL has room for 6,400: ten
concurrent lists of a thousand would exhaust it.
"""


class UpsertResult(StrEnum):
    """The result of a record of the feed."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    OUTDATED = "outdated"
    FORBIDDEN = "forbidden"


async def upsert_links(
    database: Database, links: Sequence[Link], for_all: bool = True
) -> list[UpsertResult]:
    """Store links in batches; return the result of each, in their order.

    `for_all`: sent with a token for all accounts, whose records no other token changes.
    """
    results: list[UpsertResult] = []
    for some in _batches(links):
        results += await _upsert_links(database, some, for_all)
    return results


@repeat_after_migration
async def _upsert_links(
    database: Database, links: Sequence[Link], for_all: bool
) -> list[UpsertResult]:
    async with database.transaction() as connection:
        return await _upsert(connection, links, for_all, _upsert_link)


async def upsert_rewards(
    database: Database, rewards: Sequence[Reward], for_all: bool = True
) -> list[UpsertResult]:
    """Store rewards like links, and schedule checks for those that may close tickets.

    Rewards from a token for some accounts count for these, and never against other accounts.
    """
    results: list[UpsertResult] = []
    for some in _batches(rewards):
        results += await _upsert_rewards(database, some, for_all)
    return results


@repeat_after_migration
async def _upsert_rewards(
    database: Database, rewards: Sequence[Reward], for_all: bool
) -> list[UpsertResult]:
    async with database.transaction() as connection:
        results = await _upsert(connection, rewards, for_all, _upsert_reward)
        news = key_columns(accepted_reward_ids(rewards, results))
        await QUERIES.schedule_reward_checks(connection, **news, pause=RECHECK_DELAY)
    return results


def _batches(records: Sequence[T]) -> list[Sequence[T]]:
    return [records[at : at + BATCH_SIZE] for at in range(0, len(records), BATCH_SIZE)]


def accepted_reward_ids(
    rewards: Iterable[Reward], results: Iterable[UpsertResult]
) -> list[RewardKey]:
    """Return the keys of the rewards that are stored as received, also of unchanged ones."""
    pairs = zip(rewards, results, strict=True)
    known = (UpsertResult.STORED, UpsertResult.UNCHANGED)
    return sorted({(one.account_id, one.reward_id) for one, what in pairs if what in known})


async def _upsert(
    connection: Connection,
    records: Sequence[T],
    for_all: bool,
    upsert: Callable[[Connection, T, bool], Awaitable[UpsertResult]],
) -> list[UpsertResult]:
    """Store records in the order of their ids, so that concurrent lists never deadlock."""
    results: dict[int, UpsertResult] = {}
    for index in sorted(range(len(records)), key=lambda index: _record_id(records[index])):
        results[index] = await upsert(connection, records[index], for_all)
    return [results[index] for index in range(len(records))]


async def _upsert_link(connection: Connection, link: Link, for_all: bool) -> UpsertResult:
    if await upsert_link(connection, link, for_all):
        return UpsertResult.STORED
    whose = {"link_id": link.link_id, "account_id": link.account_id}
    return _not_stored(await QUERIES.get_link_version(connection, **whose), link.version, for_all)


async def _upsert_reward(connection: Connection, reward: Reward, for_all: bool) -> UpsertResult:
    if await upsert_reward(connection, reward, for_all):
        return UpsertResult.STORED
    whose = {"reward_id": reward.reward_id, "account_id": reward.account_id}
    return _not_stored(
        await QUERIES.get_reward_version(connection, **whose), reward.version, for_all
    )


def _not_stored(known: Any, version: int, for_all: bool) -> UpsertResult:
    if known["version"] == version:
        return UpsertResult.UNCHANGED
    newer_than_known = version > known["version"]
    return UpsertResult.FORBIDDEN if newer_than_known and not for_all else UpsertResult.OUTDATED


def _record_id(record: Link | Reward) -> str:
    return record.link_id if isinstance(record, Link) else record.reward_id
