"""One log format for all programs: to the standard error, one line an event."""

import logging
import sys
from collections.abc import Iterable
from datetime import datetime


class _OffsetFormatter(logging.Formatter):
    """Writes times with their offset from UTC: logs of several machines can be put together."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        local = datetime.fromtimestamp(record.created).astimezone()
        return local.isoformat(sep=" ", timespec="milliseconds")


def configure_logging(
    fields: str = "", filters: Iterable[logging.Filter] = (), quiet_loggers: Iterable[str] = ()
) -> None:
    """Log from level INFO.

    `fields` follow the logger's name, such as ` [%(correlation_id)s]`; `filters` supply their
    values. The loggers of HTTP clients, and those named `quiet_loggers`, log warnings only.
    """
    handler = logging.StreamHandler(sys.stderr)
    for one in filters:
        handler.addFilter(one)
    handler.setFormatter(
        _OffsetFormatter(f"%(asctime)s %(levelname)s %(name)s{fields} %(message)s")
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in ("httpx", "httpcore", *quiet_loggers):
        logging.getLogger(name).setLevel(logging.WARNING)
