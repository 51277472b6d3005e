"""`python -m cli check`: validate the worker's settings and the partners' files."""

import argparse

from cli.command import Command, ExitCode
from process.configuration import validate_configuration


async def run(options: argparse.Namespace) -> int:
    """Raise `InvalidConfiguration` for the first error; without one, print nothing."""
    validate_configuration()
    return ExitCode.OK


COMMAND = Command("validate the worker's settings and the partners' files", run)
