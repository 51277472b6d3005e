"""Lines of the log carry the offset of their times."""

import re
import subprocess
import sys

SCRIPT = """
import logging
from process.logs import configure_logging
configure_logging()
logging.getLogger("worker").info("hello")
"""


def test_the_time_of_a_log_line_has_an_offset() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={"TZ": "Asia/Kolkata"},
        capture_output=True,
        text=True,
        check=True,
    )
    shape = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+05:30 INFO worker hello\n"
    assert re.fullmatch(shape, ran.stderr)
