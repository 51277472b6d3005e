"""`python worker.py` as a process: it refuses wrong settings, or runs until a signal."""

import asyncio
import signal
from pathlib import Path

import pytest

from local.stack.ports import free_ports
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


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Valid settings."""
    return valid_environment(tmp_path)


async def test_the_worker_refuses_wrong_settings_like_the_check(environment: Environment) -> None:
    """And does so before it connects to Temporal."""
    environment["TEMPORAL_ADDRESS"] = f"127.0.0.1:{free_ports(1)[0]}"
    del environment["SMTP_URL"]
    refused = await run(environment, "worker.py")
    assert error_line(*refused) == "environment: SMTP_URL: missing"


async def test_the_worker_has_no_commands(environment: Environment) -> None:
    code, output = await run(environment, "worker.py", "check")
    assert (code, "python -m cli" in output) == (2, True)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
async def test_the_worker_exits_with_0_after_a_signal(
    environment: Environment, database_url: str, name: str
) -> None:
    ready = Path(environment["TICKETS_PARTNERS_DIR"]).with_name("ready")
    environment |= {"DATABASE_URL": database_url, "TICKETS_READINESS_PATH": str(ready)}
    async with dev_server() as address:
        environment["TEMPORAL_ADDRESS"] = address
        async with started(environment, "worker.py") as process, asyncio.timeout(TIMEOUT_SECONDS):
            assert process.stdout
            while b"working for" not in (line := await process.stdout.readline()):
                assert line, "exited before it started to work"
            await wait_until(lambda: asyncio.to_thread(ready.exists), bool)
            process.send_signal(signal.Signals[name])
            rest, _ = await process.communicate()
            assert (process.returncode, b"Traceback" in rest) == (0, False)
            assert not await asyncio.to_thread(ready.exists)
