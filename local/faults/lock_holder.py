"""Holds row locks of open tickets: `python -m local.faults.lock_holder`, with a worker's settings.

Prints the process id of its database session once it has the locks, and never ends.
"""

import asyncio
import os
from typing import Final

from adapters.postgres.database import Database

_LOCK: Final = """
select number from tickets where state not in ('resolved', 'rejected', 'discarded', 'withdrawn')
order by number limit 20 for update
"""


async def hold_locks(url: str) -> None:
    """Lock the tickets and stay within the transaction."""
    async with Database.connect(url, 1) as database, database.transaction() as connection:
        await connection.execute(_LOCK)
        print(await connection.fetchval("select pg_backend_pid()"), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(hold_locks(os.environ["DATABASE_URL"]))
