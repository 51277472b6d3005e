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
_IDLE_TIMEOUT: Final = "idle_in_transaction_session_timeout"
_MAY_CONFIGURE: Final = """
select rolsuper or rolcreaterole and pg_has_role(rolname, $1, 'member with admin option')
from pg_roles where rolname = current_user
"""
_CONFIGURED: Final = "select array_to_string(rolconfig, ' ') from pg_roles where rolname = $1"


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
        await limit_idle_transactions(connection, service)


async def limit_idle_transactions(connection: Connection, service: str) -> None:
    """Let PostgreSQL end a transaction in which nothing happens for ten seconds: its process may be
    gone without closing its connection, and would keep its row locks for hours.

    A setting of the role and not of each connection, because PgBouncer refuses those. One that is
    there already stays.
    """
    if _IDLE_TIMEOUT in (await connection.fetchval(_CONFIGURED, service) or ""):
        return
    quoted: Any = await connection.fetchval("select quote_ident($1)", service)
    statement = f"alter role {quoted} set {_IDLE_TIMEOUT} = '10s'"
    if await connection.fetchval(_MAY_CONFIGURE, service):
        await connection.execute(statement)
    else:
        log.warning("rows may stay locked after a host was lost: let a superuser run %s", statement)


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
        async with asyncio.timeout(_TIMEOUT_SECONDS), Database.connect(url, 1) as database:
            await require_known_options(database, "DATABASE_URL")
            owns = await database.fetch_value(QUERIES.owns_tables)
    except (TimeoutError, TransientError):
        return
    if owns and not only_warn:
        expected = f"expected a role that does not own the tables; that one's address is {OWNER}"
        raise InvalidConfiguration("environment", "DATABASE_URL", expected)
    if owns:
        log.warning("the service's role owns the tables: set %s for migrations", OWNER)
