"""Sessions in the database."""

from typing import Any

from tests.support.gateway.running_gateway import RunningGateway


async def make_idle(gateway: RunningGateway, subject: str, minutes: int = 61) -> None:
    """Age the sessions of a subject, as if they had been idle for this time."""
    statement = (
        "update sessions set last_seen_at = last_seen_at - $2 * interval '1 minute'"
        " where subject = $1"
    )
    async with gateway.env.database.transaction() as connection:
        await connection.execute(statement, subject, minutes)


async def sessions_of(gateway: RunningGateway, subject: str) -> list[dict[str, Any]]:
    """The rows of a subject's sessions."""
    query = "select * from sessions where subject = $1 order by started_at"
    async with gateway.env.database.transaction() as connection:
        return [dict(row) for row in await connection.fetch(query, subject)]
