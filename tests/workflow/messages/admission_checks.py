"""What admissions leave in the database."""

from tests.support.workflow.environment import TicketEnvironment


async def transactions(env: TicketEnvironment) -> int:
    """The number of the next writing transaction; asking takes none."""
    async with env.database.transaction() as connection:
        query = "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        return int(await connection.fetchval(query))


async def tickets(env: TicketEnvironment) -> list[tuple[str, str]]:
    """Number and state of every ticket in the database."""
    async with env.database.transaction() as connection:
        rows = await connection.fetch("select number, state from tickets order by number")
        return [(row["number"], row["state"]) for row in rows]
