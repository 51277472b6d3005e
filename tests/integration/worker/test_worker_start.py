"""`python worker.py` as a process: it ends at once and says what is wrong, or works until told."""

import asyncio
import os
import shutil
import signal
import sys
import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from temporalio.testing import WorkflowEnvironment

from local.stack.ports import HOST, free_ports
from local.stack.profiles import invented_secret

ROOT = Path(__file__).resolve().parents[3]
PARTNERS = sorted((ROOT / "partners").glob("*.toml"))
DEADLINE = 30.0  # seconds
PASSWORD = "hunter2"
SECRET = invented_secret()
CHANNELS = [tomllib.loads(file.read_text())["channel"] for file in PARTNERS]
NAMES = [channel["secret"] for channel in CHANNELS if "secret" in channel]
Environment = dict[str, str]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """A good environment: its database and mail server need not be there for a check."""
    partners = tmp_path / "partners"
    shutil.copytree(ROOT / "partners", partners)
    return {
        "PATH": os.environ.get("PATH", ""),
        "TEMPORAL_CONFIG_FILE": str(tmp_path / "none.toml"),
        "DATABASE_URL": f"postgresql://tickets:{PASSWORD}@127.0.0.1:1/tickets",
        "SMTP_URL": f"smtp://mailer:{PASSWORD}@127.0.0.1:1",
        "TICKETS_MAIL_FROM": "Wsparcie <tickets@example.com>",
        "TICKETS_SUPPORT_EMAIL": "help@example.com",
        "TICKETS_PUBLIC_URL": "https://tickets.example",
        "TICKETS_PARTNERS_DIR": str(partners),
        **{name: invented_secret() for name in NAMES},
        NAMES[0]: SECRET,
    }


@asynccontextmanager
async def started(
    environment: Environment, *arguments: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the worker's program; killed at the end, should it still be there."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "worker.py",
        *arguments,
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


async def run(environment: Environment, *arguments: str) -> tuple[int | None, str]:
    """Run the worker's program to its end; return its exit code and all that it printed."""
    async with started(environment, *arguments) as process:
        output, _ = await asyncio.wait_for(process.communicate(), DEADLINE)
        return process.returncode, output.decode()


def the_line(code: int | None, output: str) -> str:
    """Return the one line of a refusal, which tells no secret."""
    assert code == 2, output
    assert "Traceback" not in output
    assert PASSWORD not in output
    assert SECRET.removeprefix("whsec_") not in output
    (line,) = output.strip().splitlines()
    return line.removeprefix("worker: ")


async def test_a_good_environment_ends_with_0_and_says_nothing(environment: Environment) -> None:
    assert await run(environment, "check") == (0, "")


def without(name: str) -> Callable[[Environment], Any]:
    """Take a setting away."""
    return lambda environment: environment.pop(name)


def with_(name: str, value: str) -> Callable[[Environment], Any]:
    """Give a setting another value."""
    return lambda environment: environment.update({name: value})


SETTINGS = {
    "missing": (without("DATABASE_URL"), "environment: DATABASE_URL: missing"),
    "malformed": (with_("DATABASE_URL", f"mysql://u:{PASSWORD}@h"), "environment: DATABASE_URL: "),
    "mail server": (with_("SMTP_URL", f"smtp://u:{PASSWORD}@h:port"), "environment: SMTP_URL: "),
    "sender": (with_("TICKETS_MAIL_FROM", "nobody"), "environment: TICKETS_MAIL_FROM: "),
    "misspelt": (
        with_("TICKETS_PARTNER_DIR", "x"),
        "environment: TICKETS_PARTNER_DIR: no such setting; did you mean TICKETS_PARTNERS_DIR?",
    ),
    "no secret": (
        without("TICKETS_PARTNER_SECRET_VELOTEL"),
        "environment: TICKETS_PARTNER_SECRET_VELOTEL: the secret of velotel: expected whsec_",
    ),
    "no address for links": (
        without("TICKETS_PUBLIC_URL"),
        "environment: TICKETS_PUBLIC_URL: expected an address",
    ),
    "two partners' secret": (
        with_(NAMES[-1], SECRET),
        f"environment: {NAMES[-1]}: expected other secrets than those of {NAMES[0]}",
    ),
    "a partner's secret for pages": (
        with_("TICKETS_SIGNING_SECRET", SECRET),
        f"environment: {NAMES[0]}: expected other secrets than those of TICKETS_SIGNING_SECRET",
    ),
    "pages on an open line": (
        with_("TICKETS_PUBLIC_URL", "http://tickets.example"),
        "environment: TICKETS_PUBLIC_URL: expected https://",
    ),
    "no folder": (with_("TICKETS_PARTNERS_DIR", "gone"), "environment: TICKETS_PARTNERS_DIR: "),
}


@pytest.mark.parametrize("name", SETTINGS)
async def test_a_wrong_setting_ends_the_process_at_once(
    environment: Environment, name: str
) -> None:
    spoil, expected = SETTINGS[name]
    spoil(environment)
    assert the_line(*await run(environment, "check")).startswith(expected)


def velotel(**changes: object) -> str:
    """Return the partner's file with some keys changed."""
    content = tomllib.loads((ROOT / "partners" / "velotel.toml").read_text())
    return tomli_w.dumps(content | changes)


FILES = {
    "syntax": ("id = \n", ": line 1: expected TOML"),
    "unknown key": (
        velotel(clame_window="P1M"),
        ': clame_window: no such key: did you mean "claim',
    ),
    "wrong type": (velotel(kinds="missing_cashback"), ": kinds: "),
    "another's id": (velotel(id="other"), ': id: expected "velotel"'),
    "a partner in a closed network": (
        velotel(channel=CHANNELS[-1] | {"address": "https://10.0.0.7/claims"}),
        ": channel.address: expected https://",
    ),
}


@pytest.mark.parametrize("name", FILES)
async def test_a_broken_partner_file_ends_the_process_at_once(
    environment: Environment, name: str
) -> None:
    text, expected = FILES[name]
    file = Path(environment["TICKETS_PARTNERS_DIR"]) / "velotel.toml"
    file.write_text(text)
    line = the_line(*await run(environment, "check"))
    assert line.startswith(f"{file}{expected}")


async def test_the_working_process_refuses_like_the_check(environment: Environment) -> None:
    """And does so before it looks for Temporal."""
    environment["TEMPORAL_ADDRESS"] = f"127.0.0.1:{free_ports(1)[0]}"
    del environment["SMTP_URL"]
    assert the_line(*await run(environment)) == "environment: SMTP_URL: missing"


@pytest.mark.parametrize("command", [["no-such-command"], ["check", "twice"]])
async def test_an_unknown_command_ends_with_2_and_the_list_of_commands(
    environment: Environment, command: list[str]
) -> None:
    code, output = await run(environment, *command)
    assert (code, "python worker.py migrate" in output) == (2, True)


async def test_a_migration_without_its_database_ends_with_1_and_tells_no_password(
    environment: Environment,
) -> None:
    code, output = await run(environment, "migrate")
    assert code == 1
    assert PASSWORD not in output


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
async def test_a_working_process_ends_with_0_when_it_is_told(
    environment: Environment, database_url: str, name: str
) -> None:
    environment["DATABASE_URL"] = database_url
    async with dev_server() as address:
        environment["TEMPORAL_ADDRESS"] = address
        async with started(environment) as process, asyncio.timeout(DEADLINE):
            assert process.stdout
            while b"working for" not in (line := await process.stdout.readline()):
                assert line, "ended before it worked"
            process.send_signal(signal.Signals[name])
            rest, _ = await process.communicate()
            assert (process.returncode, b"Traceback" in rest) == (0, False)


@asynccontextmanager
async def dev_server() -> AsyncIterator[str]:
    """The address of a Temporal that is there."""
    temporal = str(Path(sys.executable).with_name("temporal"))
    server = await WorkflowEnvironment.start_local(
        ip=HOST, dev_server_existing_path=temporal, dev_server_log_level="error"
    )
    async with server:
        yield str(server.client.service_client.config.target_host)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nonsense",), "no ticket number: 'nonsense'"),
        (("ZW-4KQ7-P9XT-M2AB-C", "--to", "jan@"), "expected an address such as jan@example.com"),
        ((), "NUMBER"),
    ],
)
async def test_letters_are_not_sent_again_to_nobody(
    environment: Environment, arguments: tuple[str, ...], said: str
) -> None:
    code, output = await run(environment, "mail", *arguments)
    assert code == 2
    assert said in output
