"""`python worker.py` as a process: it refuses wrong settings, or runs until a signal."""

import asyncio
import signal
from pathlib import Path

import httpx
import pytest

from local.stack.ports import free_ports
from tests.support.databases import as_owner
from tests.support.polling import wait_until
from tests.support.servers.programs import (
    TIMEOUT_SECONDS,
    Environment,
    error_line,
    run,
    started,
    valid_environment,
)
from tests.support.servers.temporal_dev_server import dev_server
from tests.support.stored_rows import open_rows


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Valid settings."""
    return valid_environment(tmp_path)


async def test_the_worker_refuses_wrong_settings_like_the_check(environment: Environment) -> None:
    """And does so before it connects to Temporal."""
    environment["TEMPORAL_ADDRESS"] = f"127.0.0.1:{free_ports(1)[0]}"
    del environment["SMTP_URL"]
    refused = await run(environment, "worker.py")
    assert error_line(*refused).startswith("environment: SMTP_URL: missing: expected smtp://")


async def test_the_worker_has_no_commands(environment: Environment) -> None:
    code, output = await run(environment, "worker.py", "check")
    assert (code, "python -m cli" in output) == (2, True)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
async def test_the_worker_answers_probes_until_a_signal_and_exits_with_0(
    environment: Environment, database_url: str, name: str
) -> None:
    environment["DATABASE_URL"] = database_url
    probes = f"127.0.0.1:{free_ports(1)[0]}"
    environment["TICKETS_HEALTH_BIND"] = probes
    async with dev_server() as address:
        environment["TEMPORAL_ADDRESS"] = address
        async with started(environment, "worker.py") as process, asyncio.timeout(TIMEOUT_SECONDS):
            assert process.stdout
            while b"working for" not in (line := await process.stdout.readline()):
                assert line, "exited before it started to work"
            async with httpx.AsyncClient(base_url=f"http://{probes}", trust_env=False) as http:
                assert (await http.get("/healthz")).status_code == 200
                await wait_until(lambda: _status(http), lambda status: status == 200)
                async with open_rows(as_owner(database_url)) as rows:
                    await rows.connection.execute("delete from schema_migrations")
                await wait_until(lambda: _status(http), lambda status: status == 503)
            process.send_signal(signal.Signals[name])
            rest, _ = await process.communicate()
            assert (process.returncode, b"Traceback" in rest) == (0, False)
            assert rest.count(b"not ready: the database lacks 0001_initial") == 1


async def test_an_address_for_probes_that_is_taken_is_named(
    environment: Environment, database_url: str
) -> None:
    environment["DATABASE_URL"] = database_url
    async with dev_server() as address:
        environment |= {"TEMPORAL_ADDRESS": address, "TICKETS_HEALTH_BIND": address}
        refused = error_line(*await run(environment, "worker.py"))
    assert refused.startswith(f"environment: TICKETS_HEALTH_BIND: cannot listen at {address}")


async def _status(http: httpx.AsyncClient) -> int:
    return (await http.get("/readyz")).status_code


@pytest.mark.parametrize("option", ["nosuch=1", "sslmode=always"])
async def test_an_unknown_option_of_the_databases_address_is_a_wrong_setting(
    environment: Environment, database_url: str, option: str
) -> None:
    environment["DATABASE_URL"] = f"{database_url}?{option}"
    line = error_line(*await run(environment, "worker.py"))
    assert line.startswith("environment: DATABASE_URL: expected options")
    assert " such as " in line


async def test_temporal_out_of_reach_is_one_line(environment: Environment) -> None:
    address = environment["TEMPORAL_ADDRESS"] = f"127.0.0.1:{free_ports(1)[0]}"
    code, output = await run(environment, "worker.py")
    assert (code, "Traceback" in output) == (1, False)
    assert f"the worker ended: Temporal at {address}: no connection" in output
