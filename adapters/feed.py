"""The platform's feed in the books: its links and rewards, and the open tickets that a reward ends.

A reward is looked at twice: at once, and again some time later, when no claim that was being
admitted at the first look is still unseen.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar

from adapters.postgres import QUERIES, Connection, Postgres, put_link, put_reward, read_reward
from domain.claim import Link, Reward, is_for_order

T = TypeVar("T", Link, Reward)
LOOK_AGAIN: Final = timedelta(seconds=20)
"""Longer than any admission takes."""
LEASE: Final = timedelta(seconds=60)

Accounts = frozenset[str] | None
"""For whom somebody speaks; `None`: for all."""


class Kept(StrEnum):
    """What became of a record of the feed."""

    STORED = "stored"
    KNOWN = "known"
    OLDER = "older"
    FORBIDDEN = "forbidden"


class Told(NamedTuple):
    """A reward, and the open ticket that it ends."""

    reward: Reward
    number: str


async def keep_links(
    postgres: Postgres, links: Sequence[Link], accounts: Accounts = None
) -> list[Kept]:
    """Keep links, all in one transaction; say what became of each, in their order."""
    async with postgres.transaction() as connection:
        return await _keep(connection, links, accounts, _keep_link)


async def keep_rewards(
    postgres: Postgres, rewards: Sequence[Reward], accounts: Accounts = None
) -> list[Kept]:
    """Keep rewards as `keep_links` does links; those that may end tickets wait to be told."""
    async with postgres.transaction() as connection:
        kept = await _keep(connection, rewards, accounts, _keep_reward)
        news = news_of(rewards, kept)
        await QUERIES.ask_to_tell(connection, reward_ids=news, pause=LOOK_AGAIN)
        return kept


def news_of(rewards: Iterable[Reward], kept: Iterable[Kept]) -> list[str]:
    """Return the ids of those that are in the books as they came: also when they came again."""
    pairs = zip(rewards, kept, strict=True)
    return [one.reward_id for one, what in pairs if what in (Kept.STORED, Kept.KNOWN)]


async def open_tickets(postgres: Postgres, reward_ids: Sequence[str]) -> list[Told]:
    """Return the open tickets that these rewards end: of the same account, for the same order."""
    async with postgres.transaction() as connection:
        rows = QUERIES.open_tickets_of_rewards(connection, reward_ids=list(reward_ids))
        found = [(read_reward(row), dict(row)) async for row in rows]
    return [Told(reward, row["number"]) for reward, row in found if _ends(reward, row)]


@asynccontextmanager
async def rewards_to_look_at(postgres: Postgres, most: int) -> AsyncIterator[list[str]]:
    """Give rewards whose second look is due; left without trouble, they are done with."""
    async with postgres.transaction() as connection:
        rows = QUERIES.rewards_to_look_at(connection, most=most, lease=LEASE)
        due = {row["reward_id"]: row["look_at"] async for row in rows}
    yield [*due]
    if due:
        await postgres.run("rewards_told", reward_ids=[*due], looks=[*due.values()])


async def _keep(
    connection: Connection,
    records: Sequence[T],
    accounts: Accounts,
    keep: Callable[[Connection, T, list[str] | None], Awaitable[Kept]],
) -> list[Kept]:
    """Keep records by their ids: two lists at once never wait for each other."""
    whose = None if accounts is None else sorted(accounts)
    kept: dict[int, Kept] = {}
    for place in sorted(range(len(records)), key=lambda place: _id(records[place])):
        kept[place] = await keep(connection, records[place], whose)
    return [kept[place] for place in range(len(records))]


async def _keep_link(connection: Connection, link: Link, accounts: list[str] | None) -> Kept:
    if await put_link(connection, link, accounts):
        return Kept.STORED
    known = await QUERIES.known_link(connection, link_id=link.link_id)
    return _not_stored(known, link.version, accounts)


async def _keep_reward(connection: Connection, reward: Reward, accounts: list[str] | None) -> Kept:
    if await put_reward(connection, reward, accounts):
        return Kept.STORED
    known = await QUERIES.known_reward(connection, reward_id=reward.reward_id)
    return _not_stored(known, reward.version, accounts)


def _not_stored(known: Any, version: int, accounts: list[str] | None) -> Kept:
    if accounts is not None and known["account_id"] not in accounts:
        return Kept.FORBIDDEN
    return Kept.KNOWN if known["version"] == version else Kept.OLDER


def _id(record: Link | Reward) -> str:
    return record.link_id if isinstance(record, Link) else record.reward_id


def _ends(reward: Reward, ticket: dict[str, Any]) -> bool:
    contested = reward.reward_id == ticket["ticket_reward"]
    return contested or is_for_order(reward, ticket["ticket_order"], ticket["ticket_link"])
