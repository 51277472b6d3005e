"""One stack per state directory."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from local.stack.errors import AlreadyRunning


@contextlib.contextmanager
def exclusive_lock(state: Path) -> Iterator[None]:
    """Lock the state directory; raises `AlreadyRunning` while another process holds it."""
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(f"a local stack is already running on {state}") from error
        yield
