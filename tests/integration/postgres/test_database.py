"""The database client: its queries, the platform's feed, and how an outage is reported."""

import traceback
from typing import Any

import asyncpg
import pytest

from adapters.postgres.database import QUERIES, Database
from adapters.postgres.decisions.grants import list_grants
from adapters.postgres.platform.feed_records import store_link, store_reward
from domain.claims.rewards import Link, Reward
from domain.errors import DatabaseUnavailable
from local.stack.ports import free_ports
from tests.support.builders import a_link, a_reward
from tests.support.stored_rows import open_rows

QUERY_NAMES = sorted(name for name in QUERIES.available_queries if not name.endswith("_cursor"))
CHANGED_AMOUNT = {"amount": "99.00", "currency": "PLN"}


def test_there_are_queries_to_prepare() -> None:
    assert len(QUERY_NAMES) > 15


@pytest.mark.parametrize("name", QUERY_NAMES)
async def test_every_named_query_fits_the_schema(name: str, database_url: str) -> None:
    async with open_rows(database_url) as stored:
        await stored.connection.prepare(getattr(QUERIES, name).sql)


async def table_rows(url: str, table: str) -> list[str]:
    """Return the rows of a table as text."""
    async with open_rows(url) as stored:
        return (await stored.contents())[table]


@pytest.mark.parametrize("version", [1, 2, 3])
async def test_an_older_or_equal_version_of_a_link_is_ignored(
    database: Database, database_url: str, version: int
) -> None:
    await store_link(database, a_link(version=3))
    before = await table_rows(database_url, "links")
    await store_link(
        database, a_link(version=version, kind="referral", promised_reward=CHANGED_AMOUNT)
    )
    assert await table_rows(database_url, "links") == before


@pytest.mark.parametrize("version", [1, 2, 3])
async def test_an_older_or_equal_version_of_a_reward_is_ignored(
    database: Database, database_url: str, version: int
) -> None:
    await store_reward(database, a_reward(version=3))
    before = await table_rows(database_url, "rewards")
    await store_reward(database, a_reward(version=version, state="granted", amount=CHANGED_AMOUNT))
    assert await table_rows(database_url, "rewards") == before


NEWER_LINK = a_link(
    version=4,
    account_id="acc-2",
    partner_id="fernweh",
    kind="referral",
    clicked_at="2026-10-05T00:00:00Z",
    promised_reward=None,
)
NEWER_REWARD = a_reward(
    version=4,
    account_id="acc-2",
    partner_id="fernweh",
    link_id=None,
    kind="referral",
    order_number="FW 99/b",
    state="granted",
    amount=None,
    changed_at="2026-10-05T00:00:00Z",
    granted_by_ticket="ZW-4KQ7-P9XT-M2AB-C",
)


async def test_a_newer_version_replaces_every_column(database: Database, database_url: str) -> None:
    await store_link(database, a_link(version=3))
    await store_reward(database, a_reward(version=3))
    await store_link(database, NEWER_LINK)
    await store_reward(database, NEWER_REWARD)
    async with open_rows(database_url) as stored:
        link = dict(await stored.connection.fetchrow("select * from links") or {})
        reward = dict(await stored.connection.fetchrow("select * from rewards") or {})
    assert Link.model_validate(link) == NEWER_LINK
    assert (link["promised_amount"], link["promised_currency"]) == (None, None)
    assert Reward.model_validate(reward | {"amount": None}) == NEWER_REWARD
    assert reward["order_key"] == "FW99B"


async def unavailable_error(url: str) -> DatabaseUnavailable:
    """Return the error of a query to an unreachable database."""
    async with Database.connect(url) as database:
        with pytest.raises(DatabaseUnavailable) as caught:
            await list_grants(database)
    return caught.value


async def test_a_refused_connection_is_unavailable_and_shows_no_password() -> None:
    url = f"postgresql://postgres:hunter2@127.0.0.1:{free_ports(1)[0]}/postgres"
    error = await unavailable_error(url)
    assert "hunter2" not in "".join(traceback.format_exception(error))
    assert str(error) == "PostgreSQL: ConnectionRefusedError"


TERMINATE_OTHERS = """
select pg_terminate_backend(pid) from pg_stat_activity
where pid <> pg_backend_pid() and datname = current_database()
"""


async def query_closed_connection(database: Database, url: str) -> None:
    """Query on a connection that the server has closed."""
    async with database.transaction() as connection, open_rows(url) as stored:
        await stored.connection.execute(TERMINATE_OTHERS)
        await connection.execute("select 1")


async def test_a_broken_connection_is_unavailable_and_the_next_call_opens_another(
    database: Database, database_url: str
) -> None:
    with pytest.raises(DatabaseUnavailable):
        await query_closed_connection(database, database_url)
    assert await list_grants(database) == []


async def test_a_value_that_no_column_accepts_is_a_programming_error(database: Database) -> None:
    """As unavailable it would be retried forever, and nobody would be alerted."""
    with pytest.raises(asyncpg.DataError, match="value out of int64 range"):
        await store_link(database, a_link(version=2**64))


async def test_a_wrong_query_is_a_programming_error(database: Database) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        async with database.transaction() as connection:
            await connection.execute("select * from no_such_table")


@pytest.mark.parametrize("url", ["http://127.0.0.1/x", "postgresql://127.0.0.1:port/x"])
async def test_an_invalid_database_address_is_refused(url: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        async with Database.connect(url) as database:
            await list_grants(database)
