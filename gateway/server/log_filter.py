"""A limit on repeated log lines."""

import logging
import time
from typing import Final

_REPEAT_AFTER_SECONDS: Final = 10.0
_MAX_REMEMBERED_LINES: Final = 100


class RepeatedLineFilter(logging.Filter):
    """Passes the same line once in ten seconds, so that clients cannot fill the disk."""

    def __init__(self) -> None:
        """Start with no line seen."""
        super().__init__()
        self._logged_at: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether to log `record`."""
        line, now = str(record.msg).partition("\n")[0][:100], time.monotonic()
        if line in self._logged_at and now - self._logged_at[line] < _REPEAT_AFTER_SECONDS:
            return False
        if len(self._logged_at) >= _MAX_REMEMBERED_LINES:
            self._logged_at.clear()
        self._logged_at[line] = now
        return True
