"""What a command consists of, and the exit codes of all of them."""

import argparse
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """How a command ended."""

    OK = 0
    UNAVAILABLE = 1
    """Something failed or did not answer; the same command may succeed later."""
    USAGE = 2
    """A wrong setting, file or argument."""
    PARTIAL = 3
    """Parts of the input were rejected; the rest is done."""


@dataclass(frozen=True)
class Command:
    """One command: its line in the help, its arguments, its program."""

    summary: str
    run: Callable[[argparse.Namespace], Coroutine[Any, Any, int]]
    add_arguments: Callable[[argparse.ArgumentParser], None] = lambda parser: None


def usage_error(text: str) -> ExitCode:
    """Print why the command line is wrong, and return the exit code for that."""
    print(f"cli: {text}", file=sys.stderr)
    return ExitCode.USAGE
