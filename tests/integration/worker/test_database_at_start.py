"""What worker and gateway do about their database at a start, and when its address changes."""

import logging
import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from adapters.postgres.database import Database
from domain.errors import DatabaseUnavailable
from process.database import check_database_at_start, connections_of_all, following_url
from settings.runtime import ServiceSettings
from tests.support.stored_rows import open_rows

END_SESSIONS: Final = "select pg_terminate_backend(pid) from pg_stat_activity where usename = $1"


def settings(url: str, **changes: Any) -> ServiceSettings:
    defaults = {"DATABASE_URL": url, "TICKETS_SUPPORT_EMAIL": "help@rewards.example"}
    return ServiceSettings.model_validate(defaults | changes)


async def test_pools_that_exceed_the_limit_of_the_database_are_named(
    database_url: str, owner_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    name = owner_url.rpartition("/")[2]
    many = {"TICKETS_WORKER_PROCESSES": 2, "TICKETS_GATEWAY_PROCESSES": 3}
    small, large = settings(database_url), settings(database_url, **many)
    assert (connections_of_all(small), connections_of_all(large)) == (16 + 11, 2 * 16 + 3 * 11)
    async with open_rows(owner_url) as stored:
        await check_database_at_start(small)
        await stored.connection.execute(f"alter database {name} connection limit 40")
        await check_database_at_start(small)
        assert caplog.text == ""
        await check_database_at_start(large)
    assert "2 workers with 16 connections each and 3 gateways with 11 may open 65" in caplog.text
    assert "PostgreSQL allows 40: lower TICKETS_DATABASE_POOL_SIZE" in caplog.text


async def test_a_password_in_a_file_is_replaced_without_a_restart(
    database_url: str, owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    role, file = f"rotating_{os.urandom(4).hex()}", tmp_path / "database_url"
    place = urlsplit(database_url).netloc.rpartition("@")[2] + urlsplit(database_url).path
    old, new = (f"postgresql://{role}:{password}@{place}" for password in ("first", "second"))
    monkeypatch.setenv("DATABASE_URL_FILE", str(file))
    file.write_text(old)
    async with open_rows(owner_url) as stored:
        await stored.connection.execute(f"create role {role} login password 'first'")
        async with Database.connect(following_url(old), 2) as database:
            assert await database.accepts_writes()
            await stored.connection.execute(f"alter role {role} password 'second'")
            assert await database.accepts_writes()  # by the connection that is open
            await stored.connection.execute(END_SESSIONS, role)
            with pytest.raises(DatabaseUnavailable):
                await database.accepts_writes()
            with pytest.raises(DatabaseUnavailable, match="InvalidPasswordError \\(28P01\\)"):
                await database.accepts_writes()
            file.write_text("")  # while it is being written
            with pytest.raises(DatabaseUnavailable):
                await database.accepts_writes()
            file.write_text(f"{new}\n")
            assert await database.accepts_writes()
        await stored.connection.execute(f"drop role {role}")


async def test_connections_show_which_part_of_us_they_belong_to(
    database_url: str, owner_url: str
) -> None:
    shown = "select application_name from pg_stat_activity where datname = current_database()"
    async with (
        open_rows(owner_url) as stored,
        Database.connect(database_url, 1, name="tickets-jobs") as database,
    ):
        assert await database.accepts_writes()
        names = [row["application_name"] for row in await stored.connection.fetch(shown)]
    assert "tickets-jobs" in names
