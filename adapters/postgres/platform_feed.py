"""The platform's feed in the books: its links and rewards, and the open tickets that a reward ends.

A reward is looked at twice: at once, and again some time later, when no claim that was being
admitted at the first look is still unseen.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar

from adapters.postgres.database import QUERIES, Connection, Postgres
from adapters.postgres.feed_records import put_link, put_reward
from adapters.postgres.rows import read_reward
from domain.claims.claim import Link, Reward, matches_order

T = TypeVar("T", Link, Reward)
LOOK_AGAIN: Final = timedelta(seconds=20)
"""Longer than any admission takes."""
LEASE: Final = timedelta(seconds=60)

AT_ONCE: Final = 50
"""Records of one transaction. Each holds a lock until its end, and PostgreSQL has room for 6,400:
ten lists of a thousand at once would leave nobody else any.
"""

Key = tuple[str, str]
"""Account and id: a record belongs to its account."""


class Kept(StrEnum):
    """What became of a record of the feed."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    OUTDATED = "outdated"
    FORBIDDEN = "forbidden"


class Told(NamedTuple):
    """A reward, and the open ticket that it ends."""

    reward: Reward
    number: str


async def keep_links(postgres: Postgres, links: Sequence[Link], for_all: bool = True) -> list[Kept]:
    """Keep links, some in each transaction; say what became of each, in their order.

    `for_all`: told by a token for all accounts. One for some changes nothing of what that told.
    """
    kept: list[Kept] = []
    for some in _parts(links):
        async with postgres.transaction() as connection:
            kept += await _keep(connection, some, for_all, _keep_link)
    return kept


async def keep_rewards(
    postgres: Postgres, rewards: Sequence[Reward], for_all: bool = True
) -> list[Kept]:
    """Keep rewards as `keep_links` does links; those that may end tickets wait to be told.

    Those that a token for some accounts told count for these accounts, and against no other.
    """
    kept: list[Kept] = []
    for some in _parts(rewards):
        async with postgres.transaction() as connection:
            part = await _keep(connection, some, for_all, _keep_reward)
            news = columns(news_of(some, part))
            await QUERIES.ask_to_tell(connection, **news, pause=LOOK_AGAIN)
        kept += part
    return kept


def _parts(records: Sequence[T]) -> list[Sequence[T]]:
    return [records[at : at + AT_ONCE] for at in range(0, len(records), AT_ONCE)]


def news_of(rewards: Iterable[Reward], kept: Iterable[Kept]) -> list[Key]:
    """Return the keys of those that are in the books as they came: also when they came again."""
    pairs = zip(rewards, kept, strict=True)
    known = (Kept.STORED, Kept.UNCHANGED)
    return sorted({(one.account_id, one.reward_id) for one, what in pairs if what in known})


async def open_tickets(postgres: Postgres, rewards: Sequence[Key]) -> list[Told]:
    """Return the open tickets that these rewards end: of the same account, for the same order."""
    async with postgres.transaction() as connection:
        rows = QUERIES.open_tickets_of_rewards(connection, **columns(rewards))
        found = [(read_reward(row), dict(row)) async for row in rows]
    return [Told(reward, row["number"]) for reward, row in found if _ends(reward, row)]


@asynccontextmanager
async def rewards_to_look_at(postgres: Postgres, most: int) -> AsyncIterator[list[Key]]:
    """Give rewards whose second look is due; left without trouble, they are done with."""
    async with postgres.transaction() as connection:
        rows = QUERIES.rewards_to_look_at(connection, most=most, lease=LEASE)
        due = {(row["account_id"], row["reward_id"]): row["due_at"] async for row in rows}
    yield [*due]
    if due:
        await postgres.run("rewards_told", **columns(due), looks=[*due.values()])


def columns(keys: Iterable[Key]) -> dict[str, list[str]]:
    """Return keys as queries take them."""
    pairs = list(keys)
    return {"account_ids": [one for one, _ in pairs], "reward_ids": [one for _, one in pairs]}


async def _keep(
    connection: Connection,
    records: Sequence[T],
    for_all: bool,
    keep: Callable[[Connection, T, bool], Awaitable[Kept]],
) -> list[Kept]:
    """Keep records by their ids: two lists at once never wait for each other."""
    kept: dict[int, Kept] = {}
    for place in sorted(range(len(records)), key=lambda place: _id(records[place])):
        kept[place] = await keep(connection, records[place], for_all)
    return [kept[place] for place in range(len(records))]


async def _keep_link(connection: Connection, link: Link, for_all: bool) -> Kept:
    if await put_link(connection, link, for_all):
        return Kept.STORED
    whose = {"link_id": link.link_id, "account_id": link.account_id}
    return _not_stored(await QUERIES.known_link(connection, **whose), link.version, for_all)


async def _keep_reward(connection: Connection, reward: Reward, for_all: bool) -> Kept:
    if await put_reward(connection, reward, for_all):
        return Kept.STORED
    whose = {"reward_id": reward.reward_id, "account_id": reward.account_id}
    return _not_stored(await QUERIES.known_reward(connection, **whose), reward.version, for_all)


def _not_stored(known: Any, version: int, for_all: bool) -> Kept:
    if known["version"] == version:
        return Kept.UNCHANGED
    newer_than_known = version > known["version"]
    return Kept.FORBIDDEN if newer_than_known and not for_all else Kept.OUTDATED


def _id(record: Link | Reward) -> str:
    return record.link_id if isinstance(record, Link) else record.reward_id


def _ends(reward: Reward, ticket: dict[str, Any]) -> bool:
    contested = reward.reward_id == ticket["ticket_reward"]
    return contested or matches_order(reward, ticket["ticket_order"], ticket["ticket_link"])
