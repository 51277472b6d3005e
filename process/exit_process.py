"""Ends a program that may have used Temporal's client.

On CPython 3.11 such a process can abort while the interpreter is torn down (sdk-python issue 300),
after its work is done. Its exit code is reliable only without that teardown.
"""

import contextlib
import faulthandler
import logging
import os
import sys
from datetime import timedelta
from typing import NoReturn


def exit_process(code: int) -> NoReturn:
    """Flush output and logs, then end the process with `code`."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def exit_after(timeout: timedelta) -> None:
    """End the process with 1 after `timeout`, and print where each of its threads is: also while
    the event loop is blocked, or no Python code can run.
    """
    faulthandler.dump_traceback_later(timeout.total_seconds(), exit=True)
