"""The OpenAPI document, tried by schemathesis."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.databases import fresh_database
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.setup import run_gateway
from tests.support.gateway.tickets import a_closed_ticket, a_sent_ticket
from tests.support.workflow.temporal_servers import dev_server

HOOKS: Final = Path(__file__).with_name("schemathesis_hooks.py")


EXAMPLES: Final = 12
"""Per operation and way of generation; the whole run takes 40 seconds on two cores."""


TIMEOUT_SECONDS: Final = 420
"""For a run that hangs: beside other suites on a busy machine, it may take three minutes."""


CONFIGURATION: Final = """
continue-on-failure = true
# They report that most generated ids are unknown, and that the calls of one operation are never
# signed: both are intended.
warnings = false
hooks = "{hooks}"
# Two would trigger a defect of CPython 3.11: its parser adds up the recursion depth of all threads.
workers = 1

[generation]
deterministic = true
max-examples = {examples}
database = "none"

[checks]
enabled = true

[auth.openapi.HTTPBearer]
bearer = "{token}"
"""


def configuration(token: str) -> str:
    """Return a configuration with all checks, and reproducible."""
    return CONFIGURATION.format(examples=EXAMPLES, token=token, hooks=HOOKS)


@pytest.fixture
async def isolated_gateway(postgres_server: str, tmp_path: Path) -> AsyncIterator[RunningGateway]:
    """A gateway with a fixed set of tickets: schemathesis uses the numbers that it finds.

    None of them has a question to its member: no schema says whether an answer is complete.
    """
    async with (
        dev_server() as server,
        fresh_database(postgres_server) as database_url,
        run_gateway(server, database_url, tmp_path) as gateway,
    ):
        await a_sent_ticket(gateway)
        await a_closed_ticket(gateway)
        yield gateway


@pytest.mark.timeout(TIMEOUT_SECONDS + 30)
async def test_schemathesis_finds_no_server_error_and_no_undocumented_answer(
    isolated_gateway: RunningGateway, tmp_path: Path
) -> None:
    """All checks and phases, with a token for every role."""
    token = isolated_gateway.token({"roles": ["platform", "agent", "operator"], "accounts": "*"})
    config = tmp_path / "schemathesis.toml"
    config.write_text(configuration(token))
    program = Path(sys.executable).with_name("schemathesis")
    command = [
        "--config-file",
        str(config),
        "run",
        f"{isolated_gateway.address}/openapi.json",
        "--checks=all",
    ]
    process = await asyncio.create_subprocess_exec(
        str(program),
        *command,
        "--no-color",
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), TIMEOUT_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        pytest.fail(f"schemathesis did not end within {TIMEOUT_SECONDS:.0f} seconds")
    assert process.returncode == 0, output.decode()[-20_000:]
