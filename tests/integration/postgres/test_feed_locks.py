"""Storing a long list of the feed does not block others."""

import asyncio

from adapters.postgres.database import QUERIES, Connection, Database
from adapters.postgres.platform.feed import BATCH_SIZE, UpsertResult, upsert_links
from tests.support.builders import a_link

LOCKS = """
    select count(*) filter (where granted) as held, count(*) filter (where not granted) as awaited
    from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()
    and database = (select oid from pg_database where datname = current_database())
"""


async def held_while_waiting(connection: Connection) -> int:
    """Return how many locks others hold, once one of them waits for one of ours."""
    async with asyncio.timeout(20):
        while True:
            row = await connection.fetchrow(LOCKS)
            if row and row["awaited"]:
                return int(row["held"])
            await asyncio.sleep(0.02)


async def test_a_long_list_holds_few_locks_at_a_time(database: Database) -> None:
    """PostgreSQL's lock table is limited; when it is full, every transaction fails."""
    links = [a_link(link_id=f"lnk-{number:03}") for number in range(4 * BATCH_SIZE)]
    async with database.transaction() as connection:
        await QUERIES.advisory_lock(connection, name=f"link|{links[-1].link_id}")
        storing = asyncio.create_task(upsert_links(database, links))
        held = await held_while_waiting(connection)
    assert await storing == [UpsertResult.STORED] * len(links)
    assert held == BATCH_SIZE - 1
