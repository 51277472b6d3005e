"""Behind PgBouncer in transaction mode, which assigns connections per transaction."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from adapters.postgres.database import Database
from adapters.postgres.tickets.email_queue import unsent_keys
from local.stack.ports import HOST, free_ports
from tests.support.sockets import wait_for_port
from tests.support.ticket_store import TicketStore, a_request

PROGRAM = os.environ.get("PGBOUNCER", "pgbouncer")
ACCOUNTS = 40
MAX_ROUNDS = 50  # each client of a round may get the same connection as before by chance

pytestmark = pytest.mark.skipif(not shutil.which(PROGRAM), reason="needs pgbouncer")


@pytest.fixture
async def pgbouncer_url(database_url: str, tmp_path: Path) -> AsyncIterator[str]:
    """The database's URL through a PgBouncer that has two connections in total."""
    (port,), database = free_ports(1), urlsplit(database_url)
    (tmp_path / "users.txt").write_text(f'"{database.username}" "{database.password}"\n')
    (tmp_path / "pgbouncer.ini").write_text(
        f"""
[databases]
* = host={database.hostname} port={database.port}
[pgbouncer]
listen_addr = {HOST}
listen_port = {port}
unix_socket_dir =
auth_type = plain
auth_file = {tmp_path / "users.txt"}
pool_mode = transaction
default_pool_size = 2
"""
    )
    for path in (tmp_path, *tmp_path.parents[:2]):
        path.chmod(path.stat().st_mode | 0o055)
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "-q", *user, str(tmp_path / "pgbouncer.ini")
    )
    try:
        await wait_for_port(port)
        yield database_url.replace(f":{database.port}/", f":{port}/")
    finally:
        process.kill()
        await process.wait()


def supports_prepared_statements() -> bool:
    """Whether this PgBouncer is 1.21 or later."""
    output = subprocess.run(
        [PROGRAM, "--version"], capture_output=True, text=True, check=True
    ).stdout
    return tuple(map(int, output.split()[1].split(".")[:2])) >= (1, 21)


async def test_without_a_statement_cache_concurrent_claims_are_admitted(pgbouncer_url: str) -> None:
    async with Database.connect(pgbouncer_url, 8, statement_cache=0) as database:
        store = TicketStore(database)
        accounts = [f"acc-{number}" for number in range(ACCOUNTS)]
        for account in accounts:
            await store.register_link(account)
        filed = (store.persistence.admit(a_request(f"VT-{a}", a)) for a in accounts)
        admissions = await asyncio.gather(*filed)
    assert {admission.result.status for admission in admissions} == {"accepted"}


async def test_without_a_statement_cache_single_statements_of_many_clients_do_not_mix(
    pgbouncer_url: str,
) -> None:
    """The driver prepares a statement and executes it: both need the same connection."""
    async with Database.connect(pgbouncer_url, 8, statement_cache=0) as database:
        store = TicketStore(database)
        accounts = [f"acc-{number}" for number in range(ACCOUNTS)]
        for account in accounts:
            await store.register_link(account)
        numbers = [f"ZW-{account}" for account in accounts]
        results = await asyncio.gather(
            *(unsent_keys(database, number) for number in numbers for _ in range(10)),
            *(database.accepts_writes() for _ in range(10 * ACCOUNTS)),
        )
    assert results == [[]] * 10 * ACCOUNTS + [True] * 10 * ACCOUNTS


async def test_with_a_statement_cache_an_old_pgbouncer_breaks_queries(pgbouncer_url: str) -> None:
    """The purpose of the setting; PgBouncer 1.21 and later supports prepared statements."""
    if supports_prepared_statements():
        pytest.skip("this version supports prepared statements")
    async with Database.connect(pgbouncer_url, 8) as database:
        store = TicketStore(database)
        results: list[object] = []
        for _ in range(MAX_ROUNDS):
            work = [store.register_link(f"acc-{number}") for number in range(ACCOUNTS)]
            results = await asyncio.gather(*work, return_exceptions=True)
            if any(isinstance(result, Exception) for result in results):
                break
    assert any(isinstance(result, Exception) for result in results)
