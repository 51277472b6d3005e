"""What schemathesis must know of this API; it loads this file by itself (see test_openapi.py)."""

import itertools
import re
from typing import Any, Final

import schemathesis

_serial: Final = itertools.count(1)


@schemathesis.hook
def before_call(context: Any, case: schemathesis.Case[Any], kwargs: dict[str, Any]) -> None:
    """Give every claim a key of its own: another claim under a key that was used is refused, as it
    should be, however well-formed it is. Keys that are none stay as they are.
    """
    headers: Any = case.headers or {}
    key = headers.get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]{1,180}", key):
        headers["Idempotency-Key"] = f"{key}-{next(_serial)}"
