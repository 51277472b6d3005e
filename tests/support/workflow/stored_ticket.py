"""A ticket as the database has it."""

from dataclasses import dataclass
from typing import Any

from adapters.postgres.database import Database
from tests.support.polling import wait_until

Row = dict[str, Any]


@dataclass(kw_only=True)
class StoredTicket:
    """Reads the rows of the ticket `number`."""

    database: Database
    number: str = ""

    async def wait_for_state(self, state: str, *attention: str) -> Row:
        """Wait until the stored ticket has this state and attention; return its row."""
        expected = (state, list(attention))
        return await wait_until(self.row, lambda row: (row["state"], row["attention"]) == expected)

    async def row(self) -> Row:
        """The ticket's row; a state of `None` if there is none."""
        rows = await self.rows("tickets", "number")
        return rows[0] if rows else {"state": None, "attention": []}

    async def transitions(self) -> list[str]:
        """The stored transitions: `event: from → to`."""
        rows = await self.rows("ticket_transitions", "seq")
        return [f"{row['event']}: {row['from_state']} → {row['to_state']}" for row in rows]

    async def message_log(self) -> list[Row]:
        """The entries of the message log."""
        return await self.rows("ticket_messages", "version, ordinal")

    async def wait_for_messages(self, *codes: str) -> list[Row]:
        """Wait until the message log has these codes, in this order."""
        return await wait_until(
            self.message_log, lambda entries: [entry["code"] for entry in entries] == [*codes]
        )

    async def rows(self, table: str, order: str, number: str = "") -> list[Row]:
        """The ticket's rows of a table."""
        query = f"select * from {table} where number = $1 order by {order}"  # noqa: S608
        async with self.database.transaction() as connection:
            return [dict(row) for row in await connection.fetch(query, number or self.number)]
