"""Migrations are applied once each, from any number of processes, and never changed later."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.postgres.database import Database
from adapters.postgres.decisions.grants import list_grants
from adapters.postgres.schema.migrations import FOLDER, migrate
from domain.errors import InvalidConfiguration
from tests.support.stored_rows import open_rows

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted(FOLDER.glob("*.sql"))
DEADLINE = 30.0  # seconds
EXTRA = "create table extra (id integer);"


@pytest.fixture
async def empty_url(owner_url: str) -> str:
    """The address of a database without any table, for its owner."""
    async with open_rows(owner_url) as stored:
        await stored.connection.execute("drop schema public cascade; create schema public")
    return owner_url


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[Database]:
    """The adapter as the tables' owner."""
    async with Database.connect(owner_url, 1) as database:
        yield database


async def applied_migrations(url: str) -> list[tuple[int, str]]:
    """Return version and name of the applied migrations, in order."""
    async with open_rows(url) as stored:
        rows = await stored.connection.fetch(
            "select version, name from schema_migrations order by applied_at, version"
        )
    return [(row["version"], row["name"]) for row in rows]


async def schema_objects(url: str) -> list[str]:
    """Return every column, index, constraint and trigger, as text."""
    queries = (
        "select c::text from information_schema.columns c where table_schema = 'public'",
        "select indexdef from pg_indexes where schemaname = 'public'",
        "select conname::text || pg_get_constraintdef(oid) from pg_constraint",
        "select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal",
    )
    async with open_rows(url) as stored:
        rows_by_query = [await stored.connection.fetch(query) for query in queries]
    return sorted(str(row[0]) for rows in rows_by_query for row in rows)


EXPECTED = [(int(file.stem[:4]), file.stem[5:]) for file in FILES]


async def test_an_empty_database_gets_every_migration_in_its_order(empty_url: str) -> None:
    async with Database.connect(empty_url, 1) as database:
        done = await migrate(database)
        assert [(one.version, one.name) for one in done] == EXPECTED
        assert await list_grants(database) == []
    assert await applied_migrations(empty_url) == EXPECTED


async def test_a_repeated_migration_changes_nothing(empty_url: str) -> None:
    async with Database.connect(empty_url, 1) as database:
        await migrate(database)
        before = await schema_objects(empty_url)
        assert await migrate(database) == []
    assert await schema_objects(empty_url) == before


@pytest.mark.parametrize("at_once", [2, 8])
async def test_concurrent_migrations_are_applied_once(empty_url: str, at_once: int) -> None:
    async def one() -> int:
        async with Database.connect(empty_url, 1) as database:
            return len(await migrate(database))

    done = await asyncio.gather(*(one() for _ in range(at_once)))
    assert sorted(done) == [0] * (at_once - 1) + [len(EXPECTED)]
    assert await applied_migrations(empty_url) == EXPECTED


def a_folder(path: Path, *changes: tuple[str, str]) -> Path:
    """Copy the migrations, and add or replace files by name."""
    shutil.copytree(FOLDER, path)
    for name, text in changes:
        (path / name).write_text(text, encoding="utf-8")
    return path


async def test_an_applied_file_that_was_changed_is_refused_and_named(
    owner: Database, owner_url: str, tmp_path: Path
) -> None:
    changed = FILES[0].read_text() + "\n-- a word more\n"
    folder = a_folder(tmp_path / "sql", (FILES[0].name, changed), ("9999_extra.sql", EXTRA))
    before = await schema_objects(owner_url)
    with pytest.raises(InvalidConfiguration) as caught:
        await migrate(owner, folder)
    assert caught.value.file == FILES[0].name
    assert await schema_objects(owner_url) == before


async def test_only_missing_migrations_are_applied(
    owner: Database, owner_url: str, tmp_path: Path
) -> None:
    done = await migrate(owner, a_folder(tmp_path / "sql", ("9999_extra.sql", EXTRA)))
    assert [(one.version, one.name) for one in done] == [(9999, "extra")]
    assert (await applied_migrations(owner_url))[-1] == (9999, "extra")


async def test_a_failed_migration_leaves_nothing_of_itself_or_of_the_same_run(
    owner: Database, owner_url: str, tmp_path: Path
) -> None:
    broken = ("9999_broken.sql", "create table half (id integer); select no_such_function();")
    folder = a_folder(tmp_path / "sql", ("9998_extra.sql", EXTRA), broken)
    before = await schema_objects(owner_url)
    with pytest.raises(Exception, match="no_such_function"):
        await migrate(owner, folder)
    assert await schema_objects(owner_url) == before
    assert await applied_migrations(owner_url) == EXPECTED


async def run_migrate(url: str) -> tuple[int | None, str]:
    """Run `python -m cli migrate`; return its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "cli",
        "migrate",
        cwd=ROOT,
        env={"PATH": os.environ.get("PATH", ""), "DATABASE_URL": url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), DEADLINE)
    return process.returncode, output.decode()


async def test_two_concurrent_migrating_processes_succeed(empty_url: str) -> None:
    """The command needs no other setting than the database's address."""
    both = await asyncio.gather(run_migrate(empty_url), run_migrate(empty_url))
    assert [code for code, _ in both] == [0, 0]
    assert sorted(output.count("applied") for _, output in both) == [0, len(EXPECTED)]
    assert await applied_migrations(empty_url) == EXPECTED
