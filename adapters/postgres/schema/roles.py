"""The two roles of the database: one owns the tables and migrates them, the service's does not."""

import asyncio
import logging
from pathlib import Path
from typing import Any, Final

from adapters.postgres.connection_errors import ADDRESS_ERRORS
from adapters.postgres.database import QUERIES, Connection, Database
from domain.errors import InvalidConfiguration, TransientError

log = logging.getLogger("database")
OWNER: Final = "TICKETS_DATABASE_OWNER_URL"
_PRIVILEGES: Final = Path(__file__).parent / "privileges.sql"
_TIMEOUT_SECONDS: Final = 5.0
TIME_LIMITS: Final = {
    "statement_timeout": "15s",
    "lock_timeout": "4s",  # less than the five seconds after which we give up a statement
    "idle_in_transaction_session_timeout": "10s",
    "tcp_user_timeout": "30000",  # milliseconds
    "tcp_keepalives_idle": "30",  # seconds
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
_MAY_CONFIGURE: Final = """
select rolsuper or rolcreaterole and pg_has_role(rolname, $1, 'member with admin option')
from pg_roles where rolname = current_user
"""
_CONFIGURED: Final = "select rolconfig from pg_roles where rolname = $1"


async def grant_privileges(owner: Database, service: str) -> None:
    """Grant the role `service` what worker and gateway need, and no more; nothing if it is the
    owner.
    """
    async with owner.transaction() as connection:
        await connection.execute("select pg_advisory_xact_lock(727274)")
        if service == await connection.fetchval("select current_user"):
            log.warning("the role %s owns the tables: set %s", service, OWNER)
            return
        name: Any = await connection.fetchval("select quote_ident($1)", service)
        await connection.execute(_PRIVILEGES.read_text(encoding="utf-8").replace(":service", name))
        await set_time_limits(connection, service)


async def set_time_limits(connection: Connection, service: str) -> None:
    """Let PostgreSQL give up what the service's role waits for or has left behind: its process may
    be gone without closing its connection, and would keep its row locks for hours.

    Settings of the role and not of each connection, because PgBouncer refuses those. One that is
    there already stays.
    """
    known = {one.partition("=")[0] for one in await connection.fetchval(_CONFIGURED, service) or ()}
    quoted: Any = await connection.fetchval("select quote_ident($1)", service)
    statements = [
        f"alter role {quoted} set {name} = '{value}'"
        for name, value in TIME_LIMITS.items()
        if name not in known
    ]
    if not statements:
        return
    if await connection.fetchval(_MAY_CONFIGURE, service):
        await connection.execute("; ".join(statements))
    else:
        wanted = "; ".join(statements)
        log.warning("rows may stay locked after a host was lost: let a superuser run %s", wanted)


async def require_known_options(database: Database, setting: str) -> None:
    """Raise `InvalidConfiguration` if the URL in `setting` has an option that neither the driver
    nor PostgreSQL knows, and `DatabaseUnavailable` if it is unavailable.
    """
    try:
        await database.fetch_value(QUERIES.clock_time)
    except ADDRESS_ERRORS:
        expected = "expected options that PostgreSQL knows, such as ?sslmode=verify-full"
        raise InvalidConfiguration("environment", setting, expected) from None


async def require_non_owner(url: str, *, only_warn: bool = False) -> None:
    """Raise `InvalidConfiguration` if the service's role owns the tables or has an owner's rights.
    While the database is unavailable, nothing is checked.
    """
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS), Database.connect(url, 1, 0) as database:
            await require_known_options(database, "DATABASE_URL")
            owns = await database.fetch_value(QUERIES.owns_tables)
    except (TimeoutError, TransientError):
        return
    if owns and not only_warn:
        expected = f"expected a role that does not own the tables; that one's address is {OWNER}"
        raise InvalidConfiguration("environment", "DATABASE_URL", expected)
    if owns:
        log.warning("the service's role owns the tables: set %s for migrations", OWNER)
