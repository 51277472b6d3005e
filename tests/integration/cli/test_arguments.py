"""`python -m cli`: unknown commands and malformed arguments are refused with a usage text."""

from pathlib import Path

import pytest

from tests.support.servers.programs import PASSWORD, Environment, run, valid_environment


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Valid settings."""
    return valid_environment(tmp_path)


@pytest.mark.parametrize("command", [["no-such-command"], ["check", "twice"], []])
async def test_an_unknown_command_ends_with_2_and_the_list_of_commands(
    environment: Environment, command: list[str]
) -> None:
    code, output = await run(environment, "-m", "cli", *command)
    assert (code, "migrate,check,export,import,mail,repair" in output) == (2, True)


async def test_a_migration_without_its_database_exits_with_1_and_shows_no_password(
    environment: Environment,
) -> None:
    code, output = await run(environment, "-m", "cli", "migrate")
    assert code == 1
    assert PASSWORD not in output


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("nonsense",), "no ticket number: 'nonsense'"),
        (("ZW-4KQ7-P9XT-M2AB-C", "--to", "jan@"), "expected an address such as jan@example.com"),
        ((), "NUMBER"),
    ],
)
async def test_a_malformed_number_or_address_is_refused(
    environment: Environment, arguments: tuple[str, ...], expected: str
) -> None:
    code, output = await run(environment, "-m", "cli", "mail", *arguments)
    assert code == 2
    assert expected in output
