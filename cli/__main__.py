"""`python -m cli COMMAND`: the commands of operators; `--help` shows them and their options."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cli import check, migrate, repair, resend_emails
from cli.command import Command, ExitCode, usage_error
from cli.exchange import export_claims, import_outcomes
from domain.errors import InvalidConfiguration, TransientError
from process.exit_process import exit_process
from process.logs import configure_logging
from settings.local_stack import use_local_stack

log = logging.getLogger("cli")
COMMANDS: Final[dict[str, Command]] = {
    "migrate": migrate.COMMAND,
    "check": check.COMMAND,
    "export": export_claims.COMMAND,
    "import": import_outcomes.COMMAND,
    "mail": resend_emails.COMMAND,
    "repair": repair.COMMAND,
}


def main(arguments: Sequence[str]) -> int:
    """Run a command; the result is an `ExitCode`."""
    configure_logging()
    options = _parser().parse_args(arguments)
    try:
        if options.state_dir:
            use_local_stack(options.state_dir, os.environ)
        return asyncio.run(COMMANDS[options.command].run(options))
    except InvalidConfiguration as error:
        return usage_error(str(error))
    except TransientError as error:
        log.error("the command failed: %s", error)
        return ExitCode.UNAVAILABLE
    except Exception:
        log.exception("the command failed")
        return ExitCode.UNAVAILABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cli", description=__doc__)
    subparsers = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=command.summary)
        subparser.add_argument(
            "--state-dir",
            type=Path,
            metavar="DIR",
            help="use the settings of the local stack that runs there, such as .local",
        )
        command.add_arguments(subparser)
    return parser


if __name__ == "__main__":
    exit_process(main(sys.argv[1:]))
