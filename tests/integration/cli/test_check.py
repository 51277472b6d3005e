"""`python -m cli check`: a wrong setting or partner file is reported on one line."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from tests.support.servers.programs import (
    CHANNELS,
    PASSWORD,
    ROOT,
    SECRET,
    SECRET_NAMES,
    Environment,
    error_line,
    run,
    valid_environment,
)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Valid settings."""
    return valid_environment(tmp_path)


async def check(environment: Environment) -> tuple[int | None, str]:
    """Run the command."""
    return await run(environment, "-m", "cli", "check")


async def test_a_valid_environment_exits_with_0_and_prints_nothing(
    environment: Environment,
) -> None:
    assert await check(environment) == (0, "")


def without(name: str) -> Callable[[Environment], Any]:
    """Remove a setting."""
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
        "environment: TICKETS_PUBLIC_URL: expected a URL",
    ),
    "two partners' secret": (
        with_(SECRET_NAMES[-1], SECRET),
        f"environment: {SECRET_NAMES[-1]}: expected other secrets than those of {SECRET_NAMES[0]}",
    ),
    "a partner's secret for pages": (
        with_("TICKETS_SIGNING_SECRET", SECRET),
        f"environment: {SECRET_NAMES[0]}: expected other secrets than those of TICKETS_SIGNING_",
    ),
    "pages without TLS": (
        with_("TICKETS_PUBLIC_URL", "http://tickets.example"),
        "environment: TICKETS_PUBLIC_URL: expected https://",
    ),
    "no folder": (with_("TICKETS_PARTNERS_DIR", "gone"), "environment: TICKETS_PARTNERS_DIR: "),
}


@pytest.mark.parametrize("name", SETTINGS)
async def test_a_wrong_setting_ends_the_process_at_once(
    environment: Environment, name: str
) -> None:
    change, expected = SETTINGS[name]
    change(environment)
    assert error_line(*await check(environment)).startswith(expected)


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
    "a partner in a private network": (
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
    line = error_line(*await check(environment))
    assert line.startswith(f"{file}{expected}")
