"""Hooks for schemathesis, which loads this file itself (see test_schemathesis.py)."""

import itertools
import re
from datetime import UTC, datetime
from typing import Any, Final

import schemathesis
from hypothesis import strategies as st

_serial: Final = itertools.count(1)
_FIRST: Final = int(datetime(2000, 1, 2, tzinfo=UTC).timestamp())
_LAST: Final = int(datetime(2199, 12, 30, tzinfo=UTC).timestamp())
# The years that our dates may have (`domain/values/types.py`).
_MOMENTS: Final = st.integers(_FIRST, _LAST).map(lambda at: datetime.fromtimestamp(at, UTC))
schemathesis.openapi.format("date-time", _MOMENTS.map(datetime.isoformat))


@schemathesis.hook
def before_call(context: Any, case: schemathesis.Case[Any], kwargs: dict[str, Any]) -> None:
    """Give every claim and command a unique key; invalid keys stay as they are.

    Other content under a used key is refused, however well-formed it is.
    """
    headers: Any = case.headers or {}
    key = headers.get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]{1,180}", key):
        headers["Idempotency-Key"] = f"{key}-{next(_serial)}"
    body: Any = case.body
    found = body.get("request_id") if isinstance(body, dict) else None
    if isinstance(found, str) and re.fullmatch("[!-~]{1,180}", found):
        case.body = {**body, "request_id": f"{found}-{next(_serial)}"}
