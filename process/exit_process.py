"""Ends a program that may have used Temporal's client.

On CPython 3.11 such a process can abort while the interpreter is torn down (sdk-python issue 300),
after its work is done. Its exit code is reliable only without that teardown.
"""

import contextlib
import logging
import os
import sys
import threading
from datetime import timedelta
from typing import NoReturn

log = logging.getLogger(__name__)


def exit_process(code: int) -> NoReturn:
    """Flush output and logs, then end the process with `code`."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def exit_after(timeout: timedelta) -> None:
    """End the process with 1 after `timeout`, from a thread: the event loop may be blocked."""

    def end() -> None:
        log.error("still not ended after %d s: leaving", timeout.total_seconds())
        exit_process(1)

    timer = threading.Timer(timeout.total_seconds(), end)
    timer.daemon = True
    timer.start()
