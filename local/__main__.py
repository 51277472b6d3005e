"""`python -m local run|demo|chaos`: the local stack, the demonstration, the fault suite."""

import argparse
import asyncio
import importlib
import os
import sys
from pathlib import Path

from domain.errors import TicketError
from local.stack.stack import ROOT
from process.exit_process import exit_process

FAILED = 1
MODULES = {"demo": "local.demo.demo", "chaos": "local.faults.command"}


def main(arguments: list[str]) -> int:
    """Run one command; the result is the exit code of the process."""
    os.umask(0o077)  # e-mails, logs and databases hold personal data: readable by the owner only
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if options.command == "run" and rest:
        parser.error(f"unknown: {' '.join(rest)}")
    try:
        if options.command == "run":
            return _run(options.state_dir, options.partners)
        return _other(options.command, rest)
    except TicketError as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="start the local stack and stay")
    run.add_argument("--state-dir", type=Path, default=Path(".local"), help="default: .local")
    run.add_argument("--partners", type=Path, default=ROOT / "partners", help="their profiles")
    for name, purpose in (("demo", "run the example claims"), ("chaos", "the fault suite")):
        commands.add_parser(name, help=purpose, add_help=False)
    return parser


def _run(state_dir: Path, partners: Path) -> int:
    """Stay until a signal, which is the ordinary end."""
    from local.run import run

    try:
        asyncio.run(run(state_dir, partners))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("\nStopped.")
    return 0


def _other(command: str, rest: list[str]) -> int:
    """Import the command's module, which has `main(arguments) -> exit code`, and run it."""
    return int(importlib.import_module(MODULES[command]).main(rest))


if __name__ == "__main__":
    exit_process(main(sys.argv[1:]))
