"""Reads what admissions have written to the database."""

from tests.support.workflow.environment import TicketEnvironment


async def next_transaction_id(env: TicketEnvironment) -> int:
    """The id of the next writing transaction; this query uses none."""
    async with env.database.transaction() as connection:
        query = "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        return int(await connection.fetchval(query))


async def is_mail_server_known(env: TicketEnvironment) -> bool:
    """Whether the worker has stored what the mail server supports."""
    async with env.database.transaction() as connection:
        return bool(await connection.fetchval("select exists (select from mail_server)"))


async def stored_tickets(env: TicketEnvironment) -> list[tuple[str, str]]:
    """Number and state of every ticket in the database."""
    async with env.database.transaction() as connection:
        rows = await connection.fetch("select number, state from tickets order by number")
        return [(row["number"], row["state"]) for row in rows]
