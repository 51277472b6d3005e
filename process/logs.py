"""One log format for all programs: to the standard error, one line an event."""

import logging
import sys
from collections.abc import Iterable
from datetime import datetime


def _add_time(record: logging.LogRecord) -> bool:
    """Give a line the local time with its offset from UTC: logs of several machines can be put
    together.
    """
    local = datetime.fromtimestamp(record.created).astimezone()
    record.__dict__["at"] = local.isoformat(sep=" ", timespec="milliseconds")
    return True


def configure_logging(
    fields: str = "", filters: Iterable[logging.Filter] = (), quiet_loggers: Iterable[str] = ()
) -> None:
    """Log from level INFO.

    `fields` follow the logger's name, such as ` [%(correlation_id)s]`; `filters` supply their
    values. The loggers of HTTP clients, and those named `quiet_loggers`, log warnings only.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_add_time)
    for one in filters:
        handler.addFilter(one)
    line = f"%(at)s %(levelname)s %(name)s{fields} %(message)s"
    logging.basicConfig(level=logging.INFO, format=line, handlers=[handler])
    for name in ("httpx", "httpcore", *quiet_loggers):
        logging.getLogger(name).setLevel(logging.WARNING)
