"""Where an unexpected exception came from."""

import traceback
from pathlib import Path


def error_location(error: BaseException) -> str:
    """Return the type and the place of an exception, such as `KeyError at claims.py:17`.

    Logs and histories show this instead of its message, which may quote personal data.
    """
    trace = traceback.extract_tb(error.__traceback__)
    location = f"{Path(trace[-1].filename).name}:{trace[-1].lineno}" if trace else "?"
    return f"{type(error).__name__} at {location}"
