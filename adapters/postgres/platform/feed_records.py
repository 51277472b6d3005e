"""Records of the platform's feed: its links and rewards, each with a version."""

from adapters.postgres.database import QUERIES, Connection, Database, repeat_after_migration
from adapters.postgres.rows import money_columns
from domain.claims.rewards import Link, Reward


@repeat_after_migration
async def store_link(database: Database, link: Link) -> None:
    """Store a link, unless a newer version is stored."""
    async with database.transaction() as connection:
        await upsert_link(connection, link)


@repeat_after_migration
async def store_reward(database: Database, reward: Reward) -> None:
    """Store a reward, unless a newer version is stored."""
    async with database.transaction() as connection:
        await upsert_reward(connection, reward)


async def upsert_link(connection: Connection, link: Link, for_all: bool = True) -> bool:
    """Store a link in a transaction; `False` if the same or a newer version is stored.

    A record of the feed for all accounts replaces one from a token for some, never the reverse.
    """
    promised = money_columns("promised", link.promised_reward)
    row = link.model_dump(exclude={"promised_reward"}) | promised
    await QUERIES.advisory_lock(connection, name=f"link|{link.link_id}")
    if not for_all:
        return bool(await QUERIES.upsert_link_for_some(connection, **row))
    whose = {"link_id": link.link_id, "account_id": link.account_id}
    await QUERIES.delete_scoped_link(connection, **whose)
    return bool(await QUERIES.upsert_link_for_all(connection, **row))


async def upsert_reward(connection: Connection, reward: Reward, for_all: bool = True) -> bool:
    """Store a reward in a transaction, like a link."""
    amount = reward.amount
    row = reward.model_dump(exclude={"amount"}) | {
        "order_key": reward.order_key,
        "amount": amount.amount if amount else None,
        "currency": amount.currency if amount else None,
    }
    await QUERIES.advisory_lock(connection, name=f"reward|{reward.reward_id}")
    if not for_all:
        return bool(await QUERIES.upsert_reward_for_some(connection, **row))
    whose = {"reward_id": reward.reward_id, "account_id": reward.account_id}
    await QUERIES.delete_scoped_reward(connection, **whose)
    return bool(await QUERIES.upsert_reward_for_all(connection, **row))
