"""Append-only rows cannot be changed: not by the service's role at all, and not by the tables'
owner without removing the triggers.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest

from adapters.postgres.database import Connection, Database
from adapters.postgres.schema.roles import (
    TIME_LIMITS,
    require_non_owner,
    set_time_limits,
)
from domain.errors import InvalidConfiguration
from local.stack.postgres import SERVICE_ROLE
from tests.support.stored_rows import open_rows
from tests.support.ticket_store import TicketStore

ROOT = Path(__file__).resolve().parents[3]
APPEND_ONLY: Final = (
    "ticket_transitions",
    "grants",
    "approvals",
    "events",
    "request_results",
    "auto_confirmations",
)
TABLES: Final = (
    *APPEND_ONLY,
    "ticket_messages",
    "partner_profiles",
    "schema_migrations",
    "tickets",
)
STATEMENTS: Final = (
    "truncate {0} cascade",
    "drop table {0} cascade",
    "alter table {0} disable trigger all",
    "alter table {0} add column mine text",
    "alter table {0} owner to current_user",
    "create trigger mine before insert on {0} execute function forbid_update()",
    "create rule mine as on delete to {0} do instead nothing",
    "create table mine (like {0})",
)
COLUMNS: Final = {
    "partner_profiles": "partner_id",
    "schema_migrations": "name",
    "events": "transition_id",
}
DELETE: Final = "delete from {0}"
UPDATE: Final = "update {0} set {1} = {1}"


@pytest.fixture
async def granted_ticket(database: Database) -> TicketStore:
    """A database with a ticket that granted its reward."""
    store = TicketStore(database)
    await store.register_link()
    aggregate = await store.confirm(await store.file())
    await store.settle(aggregate)
    return store


@pytest.mark.parametrize("table", TABLES)
async def test_the_service_role_cannot_change_the_schema_or_empty_a_table(
    granted_ticket: TicketStore, database_url: str, table: str
) -> None:
    async with open_rows(database_url) as stored:
        before = await stored.contents()
        for statement in STATEMENTS:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await stored.connection.execute(statement.format(table))
        assert await stored.contents() == before


@pytest.mark.parametrize("table", [name for name in TABLES if name != "tickets"])
async def test_the_service_role_can_neither_update_nor_delete_append_only_rows(
    granted_ticket: TicketStore, database_url: str, table: str
) -> None:
    column = COLUMNS.get(table, "number")
    async with open_rows(database_url) as stored:
        for statement in (DELETE, UPDATE):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await stored.connection.execute(statement.format(table, column))


async def test_the_service_role_cannot_delete_tickets_or_emails(
    granted_ticket: TicketStore, database_url: str
) -> None:
    async with open_rows(database_url) as stored:
        for table in ("tickets", "emails", "partner_outcomes", "export_items"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await stored.connection.execute(DELETE.format(table))
        for statement in ("set role postgres", "set session_replication_role = replica"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await stored.connection.execute(statement)


@pytest.mark.parametrize("table", ["ticket_transitions", "grants"])
async def test_even_the_owner_cannot_change_append_only_rows(
    granted_ticket: TicketStore, owner_url: str, table: str
) -> None:
    async with open_rows(owner_url) as stored:
        before = await stored.contents()
        column = "actor" if table == "ticket_transitions" else "account_id"
        for statement in ("truncate {0} cascade", DELETE, UPDATE):
            with pytest.raises(asyncpg.RaiseError, match="append-only"):
                await stored.connection.execute(statement.format(table, column))
        assert await stored.contents() == before


async def test_even_the_owner_cannot_truncate_append_only_tables(owner_url: str) -> None:
    async with open_rows(owner_url) as stored:
        for table in (*APPEND_ONLY, "tickets"):
            with pytest.raises(asyncpg.RaiseError, match="append-only"):
                await stored.connection.execute(f"truncate {table} cascade")


async def test_a_service_does_not_start_under_a_role_that_owns_the_tables(
    database_url: str, owner_url: str
) -> None:
    await require_non_owner(database_url)
    await require_non_owner("postgresql://a:b@127.0.0.1:1/nowhere")
    await require_non_owner(owner_url, only_warn=True)
    with pytest.raises(InvalidConfiguration, match="TICKETS_DATABASE_OWNER_URL"):
        await require_non_owner(owner_url)


async def test_a_migration_grants_the_service_role_what_it_needs_and_no_more(
    database_url: str, owner_url: str, tmp_path: Path
) -> None:
    """As an operator runs it, with both addresses; repeated, it changes nothing."""
    async with open_rows(owner_url) as stored:
        await stored.connection.execute("drop schema public cascade; create schema public")
    for _ in range(2):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cli", "migrate"),
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "DATABASE_URL": database_url,
                "TICKETS_DATABASE_OWNER_URL": owner_url,
            },
        )
        assert await process.wait() == 0
    async with open_rows(database_url) as stored:
        assert await stored.count("tickets") == 0
        owners = await stored.connection.fetch(
            "select distinct tableowner from pg_tables where schemaname = 'public'"
        )
        assert [row["tableowner"] for row in owners] != [SERVICE_ROLE]
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await stored.connection.execute("create table mine (id integer)")


async def test_migrations_limit_what_the_service_role_waits_for(
    owner_url: str, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """Without rights over it, the owner's log names the statements for a superuser; a setting that
    the role has already stays.
    """
    owner, service = f"owner_{os.urandom(4).hex()}", f"service_{os.urandom(4).hex()}"
    wanted = [f"{name}={value}" for name, value in TIME_LIMITS.items()]
    async with Database.connect(owner_url, 1) as stored, stored.transaction() as connection:
        await connection.execute(f"create role {owner}; create role {service}")
        await connection.execute(f"set local role {owner}")
        await set_time_limits(connection, service)
        assert await _settings(connection, service) is None
        assert f"alter role {service} set idle_in_transaction_session_timeout" in caplog.text
        await connection.execute("reset role")
        await connection.execute(f"alter role {service} set lock_timeout = '1min'")
        await set_time_limits(connection, service)
        await set_time_limits(connection, service)
        found = await _settings(connection, service)
        assert sorted(found) == sorted({*wanted, "lock_timeout=1min"} - {"lock_timeout=4s"})
        await connection.execute(f"drop role {owner}; drop role {service}")
    async with database.transaction() as connection:
        in_use = {name: await connection.fetchval(f"show {name}") for name in TIME_LIMITS}
        assert [f"{name}={value}" for name, value in in_use.items()] == wanted


async def _settings(connection: Connection, role: str) -> Any:
    return await connection.fetchval("select rolconfig from pg_roles where rolname = $1", role)
