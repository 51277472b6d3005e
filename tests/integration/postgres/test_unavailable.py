"""Temporary errors of PostgreSQL mean "unavailable"; errors in our queries do not."""

import asyncio
import re
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from adapters.postgres.database import QUERIES, Database
from adapters.postgres.decisions.grants import list_grants
from adapters.postgres.platform.feed import UpsertResult, upsert_links
from adapters.postgres.platform.feed_records import store_link
from domain.errors import DatabaseUnavailable
from process.health.database import check_database
from tests.support.builders import a_link
from tests.support.stored_rows import open_rows

QUERY_FOLDER: Final = Path(__file__).resolve().parents[3] / "adapters" / "postgres" / "queries"
UNAVAILABLE: Final = (
    "08006", "08P01", "25006", "25P03", "25P04", "26000", "28000", "28P01", "3D000", "40001",
    "40P01", "42P05", "53100", "53300", "55000", "55006", "55P03", "57014", "57P01", "57P03",
    "58000", "58030", "58P01", "72000", "F0000", "XX000", "XX001",
    "08Z99", "28Z99", "57Z99",  # codes that the driver has no class for
)  # fmt: skip
IDLE_TIMEOUT: Final = "idle_in_transaction_session_timeout"
PROGRAMMING_ERRORS: Final = (
    "0A000",
    "25P02",
    "55P02",
    "22003",
    "23505",
    "42501",
    "42703",
    "42P01",
    "P0001",
)
RAISE: Final = "do $$ begin raise exception 'hunter2' using errcode = '{0}'; end $$"


@pytest.mark.parametrize("code", UNAVAILABLE)
async def test_errors_of_the_database_server_mean_unavailable_and_do_not_quote_it(
    database: Database, code: str
) -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        async with database.transaction() as connection:
            await connection.execute(RAISE.format(code))
    assert "hunter2" not in str(caught.value)
    assert await list_grants(database) == []


@pytest.mark.parametrize("code", PROGRAMMING_ERRORS)
async def test_errors_in_our_queries_are_programming_errors(database: Database, code: str) -> None:
    with pytest.raises(asyncpg.PostgresError):
        async with database.transaction() as connection:
            await connection.execute(RAISE.format(code))


async def test_after_a_failover_to_read_only_and_back_no_connection_is_read_only(
    database_url: str, owner_url: str
) -> None:
    """Connections that were opened meanwhile are not used any more."""
    name = owner_url.rpartition("/")[2]
    async with open_rows(owner_url) as stored:
        await stored.connection.execute(
            f"alter database {name} set default_transaction_read_only = on"
        )
        async with Database.connect(database_url, 3) as database:
            concurrent_writes = [store_link(database, a_link(link_id=f"lnk-{n}")) for n in range(3)]
            failed = await asyncio.gather(*concurrent_writes, return_exceptions=True)
            assert [type(one) for one in failed] == [DatabaseUnavailable] * 3
            async with Database.connect(database_url, 1) as another:
                assert await list_grants(another) == []  # reading still works
                with pytest.raises(DatabaseUnavailable, match="read-only"):
                    await check_database(another)
            await stored.connection.execute("set default_transaction_read_only = off")
            await stored.connection.execute(
                f"alter database {name} set default_transaction_read_only = off"
            )
            for _ in range(5):
                await store_link(database, a_link())
                await check_database(database)


async def test_a_wrong_password_and_a_missing_database_mean_unavailable(
    database_url: str,
) -> None:
    for wrong in (database_url.replace("-1@", "-2@"), f"{database_url}_gone"):
        assert wrong != database_url
        async with Database.connect(wrong, 1) as database:
            with pytest.raises(DatabaseUnavailable) as caught:
                await list_grants(database)
            assert "letters-and-digits" not in str(caught.value)


async def test_a_lock_that_is_not_released_in_time_means_unavailable(database: Database) -> None:
    async with database.transaction() as first:
        await first.execute("lock table links in access exclusive mode")
        with pytest.raises(DatabaseUnavailable):
            async with database.transaction() as second:
                await second.execute("set local lock_timeout = '50ms'; select link_id from links")


async def test_a_transaction_in_which_nothing_happens_loses_its_locks(database: Database) -> None:
    """Its process may be gone without closing its connection."""
    await store_link(database, a_link())
    locked = asyncio.Event()
    holding = asyncio.create_task(_hold_links(database, locked))
    await locked.wait()
    await store_link(database, a_link(version=2))
    with pytest.raises(DatabaseUnavailable):
        await holding


async def _hold_links(database: Database, locked: asyncio.Event) -> None:
    async with database.transaction() as connection:
        assert await connection.fetchval(f"show {IDLE_TIMEOUT}") == "10s"
        await connection.execute(f"set {IDLE_TIMEOUT} = '50ms'; lock table links")
        locked.set()
        await asyncio.sleep(1)
        await connection.execute("select 1")


async def test_a_column_that_is_added_changes_no_query(database: Database, owner_url: str) -> None:
    await store_link(database, a_link())
    assert (
        await database.fetch_row(QUERIES.get_link_version, link_id="lnk-77", account_id="acc-1001")
        is not None
    )
    async with open_rows(owner_url) as stored:
        for table in ("links", "rewards", "tickets", "ticket_transitions", "webhooks"):
            await stored.connection.execute(f"alter table {table} add column more text")
    for _ in range(3):
        await store_link(database, a_link())
        await list_grants(database)


async def test_a_column_whose_type_changes_fails_no_transaction(
    database: Database, owner_url: str
) -> None:
    """The driver repeats single statements itself, and within a transaction it cannot."""
    links = [a_link()]
    for _ in range(2):  # the second time reads the stored version
        await asyncio.gather(*(upsert_links(database, links) for _ in range(3)))
    async with open_rows(owner_url) as stored:
        await stored.connection.execute("alter table links alter column version type numeric")
    again = await asyncio.gather(*(upsert_links(database, links) for _ in range(3)))
    assert again == [[UpsertResult.UNCHANGED]] * 3


def test_every_query_names_its_columns() -> None:
    """With `*`, a prepared statement fails after a column was added."""
    star = re.compile(r"(select|,|returning)\s+(\w+\.)?\*", re.IGNORECASE)
    assert [file.name for file in QUERY_FOLDER.glob("*.sql") if star.search(file.read_text())] == []
