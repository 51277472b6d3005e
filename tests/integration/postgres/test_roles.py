"""What is appended to cannot be changed: not by the service's role, whatever it says, and by the
tables' owner not without taking the triggers away first.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from adapters.postgres.database import Database
from adapters.postgres.schema.roles import require_non_owner
from domain.errors import InvalidConfiguration
from local.stack.postgres import SERVICE_ROLE
from tests.support.csv_filing import Desk
from tests.support.stored_rows import opened

ROOT = Path(__file__).resolve().parents[3]
APPENDED: Final = (
    "ticket_transitions",
    "grants",
    "approvals",
    "events",
    "request_results",
    "auto_confirmations",
)
OWNED: Final = (*APPENDED, "ticket_messages", "partner_profiles", "schema_migrations", "tickets")
SAID: Final = (
    "truncate {0} cascade",
    "drop table {0} cascade",
    "alter table {0} disable trigger all",
    "alter table {0} add column mine text",
    "alter table {0} owner to current_user",
    "create trigger mine before insert on {0} execute function forbid_update()",
    "create rule mine as on delete to {0} do instead nothing",
    "create table mine (like {0})",
)
COLUMN: Final = {
    "partner_profiles": "partner_id",
    "schema_migrations": "name",
    "events": "transition_id",
}
DELETE: Final = "delete from {0}"
UPDATE: Final = "update {0} set {1} = {1}"


@pytest.fixture
async def paid(database: Database) -> Desk:
    """A database with a ticket that was paid."""
    desk = Desk(database)
    await desk.open_account()
    aggregate = await desk.confirm(await desk.file())
    await desk.settle(aggregate)
    return desk


@pytest.mark.parametrize("table", OWNED)
async def test_the_services_role_cannot_change_the_schema_or_empty_a_table(
    paid: Desk, database_url: str, table: str
) -> None:
    async with opened(database_url) as books:
        before = await books.contents()
        for statement in SAID:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await books.connection.execute(statement.format(table))
        assert await books.contents() == before


@pytest.mark.parametrize("table", [name for name in OWNED if name != "tickets"])
async def test_the_services_role_can_neither_update_nor_delete_what_is_appended_to(
    paid: Desk, database_url: str, table: str
) -> None:
    column = COLUMN.get(table, "number")
    async with opened(database_url) as books:
        for statement in (DELETE, UPDATE):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await books.connection.execute(statement.format(table, column))


async def test_the_services_role_deletes_no_ticket_and_no_letter(
    paid: Desk, database_url: str
) -> None:
    async with opened(database_url) as books:
        for table in ("tickets", "emails", "partner_outcomes", "export_items"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await books.connection.execute(DELETE.format(table))
        for statement in ("set role postgres", "set session_replication_role = replica"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await books.connection.execute(statement)


@pytest.mark.parametrize("table", ["ticket_transitions", "grants"])
async def test_even_the_owner_cannot_change_what_happened(
    paid: Desk, owner_url: str, table: str
) -> None:
    async with opened(owner_url) as books:
        before = await books.contents()
        column = "actor" if table == "ticket_transitions" else "account_id"
        for statement in ("truncate {0} cascade", DELETE, UPDATE):
            with pytest.raises(asyncpg.RaiseError, match="append-only"):
                await books.connection.execute(statement.format(table, column))
        assert await books.contents() == before


async def test_even_the_owner_does_not_truncate_what_is_appended_to(owner_url: str) -> None:
    async with opened(owner_url) as books:
        for table in (*APPENDED, "tickets"):
            with pytest.raises(asyncpg.RaiseError, match="append-only"):
                await books.connection.execute(f"truncate {table} cascade")


async def test_a_service_whose_role_owns_the_tables_does_not_start(
    database_url: str, owner_url: str
) -> None:
    await require_non_owner(database_url)
    await require_non_owner("postgresql://a:b@127.0.0.1:1/nowhere")
    await require_non_owner(owner_url, only_warn=True)
    with pytest.raises(InvalidConfiguration, match="TICKETS_DATABASE_OWNER_URL"):
        await require_non_owner(owner_url)


async def test_a_migration_gives_the_service_what_it_needs_and_no_more(
    database_url: str, owner_url: str, tmp_path: Path
) -> None:
    """As an operator runs it, with both addresses; said again, it is the same."""
    async with opened(owner_url) as books:
        await books.connection.execute("drop schema public cascade; create schema public")
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
    async with opened(database_url) as books:
        assert await books.count("tickets") == 0
        owners = await books.connection.fetch(
            "select distinct tableowner from pg_tables where schemaname = 'public'"
        )
        assert [row["tableowner"] for row in owners] != [SERVICE_ROLE]
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await books.connection.execute("create table mine (id integer)")
