"""The schema's migrations: forward-only SQL files, `NNNN_name.sql`, applied in order and never
changed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.postgres.database import Connection, Database
from domain.errors import InvalidConfiguration

FOLDER: Final = Path(__file__).parent / "migrations"
_TIMEOUT_SECONDS: Final = 3600.0
_ADVISORY_LOCK: Final = "select pg_advisory_xact_lock(727274)"
_CREATE_TABLE: Final = """
create table if not exists schema_migrations (
    version integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now()
)
"""
_IS_USABLE: Final = """
select bool_and(coalesce(has_table_privilege(to_regclass(name), privilege), false))
from (values ('schema_migrations', 'select'), ('tickets', 'insert')) as needed (name, privilege)
"""
"""Whether the tables exist, and our role may use them."""


@dataclass(frozen=True)
class Migration:
    """A migration file: its number, name and content."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the file's text, hex: by it a later change is noticed."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


async def migrate(database: Database, folder: Path = FOLDER) -> list[Migration]:
    """Apply the missing migrations in one transaction, and return them.

    A second process waits, and then finds none missing. Raises `InvalidConfiguration` for a file
    that was changed after it had been applied.
    """
    async with database.transaction() as connection:
        await connection.execute(_ADVISORY_LOCK, timeout=_TIMEOUT_SECONDS)
        await connection.execute(_CREATE_TABLE)
        todo = pending(folder, await _applied(connection))
        for migration in todo:
            await _apply(connection, migration)
        return todo


async def list_missing(database: Database, folder: Path = FOLDER) -> list[str]:
    """Return the names of the files that were not applied, or whose tables we may not use; raises
    `InvalidConfiguration` as `migrate`.
    """
    async with database.transaction() as connection:
        is_usable = await connection.fetchval(_IS_USABLE)
        applied = await _applied(connection) if is_usable else {}
    return [f"{one.version:04}_{one.name}" for one in pending(folder, applied)]


def pending(folder: Path, applied: Mapping[int, str]) -> list[Migration]:
    """Return the files of `folder` that `applied` (version → checksum) does not hold yet."""
    found = [_read(path) for path in sorted(folder.glob("*.sql"))]
    for migration in found:
        if applied.get(migration.version, migration.checksum) != migration.checksum:
            name = f"{migration.version:04}_{migration.name}.sql"
            raise InvalidConfiguration(
                name, "checksum", "expected as it was applied; add a new file"
            )
    return [migration for migration in found if migration.version not in applied]


async def _applied(connection: Connection) -> dict[int, str]:
    rows = await connection.fetch("select version, checksum from schema_migrations")
    return {row["version"]: row["checksum"] for row in rows}


async def _apply(connection: Connection, migration: Migration) -> None:
    await connection.execute(migration.sql, timeout=_TIMEOUT_SECONDS)
    await connection.execute(
        "insert into schema_migrations (version, name, checksum) values ($1, $2, $3)",
        migration.version,
        migration.name,
        migration.checksum,
    )


def _read(path: Path) -> Migration:
    version, _, name = path.stem.partition("_")
    return Migration(int(version), name, path.read_text(encoding="utf-8"))
