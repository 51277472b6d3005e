"""The worker and the commands as processes, in a separate environment."""

import asyncio
import os
import shutil
import sys
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from local.stack.profiles import generate_secret

ROOT: Final = Path(__file__).resolve().parents[3]
TIMEOUT_SECONDS: Final = 30.0
PASSWORD: Final = "hunter2"
SECRET: Final = generate_secret()
CHANNELS: Final = [
    tomllib.loads(file.read_text())["channel"]
    for file in sorted((ROOT / "partners").glob("*.toml"))
]
SECRET_NAMES: Final = [channel["secret"] for channel in CHANNELS if "secret" in channel]
Environment = dict[str, str]


def valid_environment(folder: Path) -> Environment:
    """Return valid settings of a worker whose partners' files are in `folder`.

    Its database and its mail server do not exist: a check does not need them.
    """
    partners = folder / "partners"
    shutil.copytree(ROOT / "partners", partners)
    return {
        "PATH": os.environ.get("PATH", ""),
        "TEMPORAL_CONFIG_FILE": "/dev/null",
        "DATABASE_URL": f"postgresql://tickets:{PASSWORD}@127.0.0.1:1/tickets",
        "SMTP_URL": f"smtp://mailer:{PASSWORD}@127.0.0.1:1",
        "TICKETS_MAIL_FROM": "Wsparcie <tickets@example.com>",
        "TICKETS_SUPPORT_EMAIL": "help@example.com",
        "TICKETS_PUBLIC_URL": "https://tickets.example",
        "TICKETS_PARTNERS_DIR": str(partners),
        **{name: generate_secret() for name in SECRET_NAMES},
        SECRET_NAMES[0]: SECRET,
    }


@asynccontextmanager
async def started(
    environment: Environment, *command: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start `python COMMAND` in the project's folder; killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def run(environment: Environment, *command: str) -> tuple[int | None, str]:
    """Run `python COMMAND` to its end; return its exit code and everything that it printed."""
    async with started(environment, *command) as process:
        output, _ = await asyncio.wait_for(process.communicate(), TIMEOUT_SECONDS)
        return process.returncode, output.decode()


def error_line(code: int | None, output: str) -> str:
    """Return the one line of a refused configuration, which contains no secret."""
    assert code == 2, output
    assert "Traceback" not in output
    assert PASSWORD not in output
    assert SECRET.removeprefix("whsec_") not in output
    (line,) = output.strip().splitlines()
    return line.partition(": ")[2]
