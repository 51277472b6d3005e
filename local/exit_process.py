"""The way out of a program that may have used Temporal's client.

On CPython 3.11 such a process can abort at interpreter exit (sdk-python issue 300), after its work
is done: an exit code stays true only when the interpreter is not torn down.
"""

import contextlib
import logging
import os
import sys
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """Flush what was printed and logged, then end the process with `code`."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
