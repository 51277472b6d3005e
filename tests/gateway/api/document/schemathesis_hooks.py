"""What schemathesis must know of this API; it loads this file by itself (see test_openapi.py)."""

import itertools
import re
from datetime import UTC, datetime
from typing import Any, Final

import schemathesis
from hypothesis import strategies as st

_serial: Final = itertools.count(1)
_FIRST: Final = int(datetime(2000, 1, 2, tzinfo=UTC).timestamp())
_LAST: Final = int(datetime(2199, 12, 30, tzinfo=UTC).timestamp())
# The years in which anything of ours can lie (`domain/values/types.py`).
_MOMENTS: Final = st.integers(_FIRST, _LAST).map(lambda at: datetime.fromtimestamp(at, UTC))
schemathesis.openapi.format("date-time", _MOMENTS.map(datetime.isoformat))


@schemathesis.hook
def before_call(context: Any, case: schemathesis.Case[Any], kwargs: dict[str, Any]) -> None:
    """Give every claim and request a key of its own: other content under a key that was used is
    refused, as it should be, however well-formed it is. Keys that are none stay as they are.
    """
    headers: Any = case.headers or {}
    key = headers.get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]{1,180}", key):
        headers["Idempotency-Key"] = f"{key}-{next(_serial)}"
    body: Any = case.body
    found = body.get("request_id") if isinstance(body, dict) else None
    if isinstance(found, str) and re.fullmatch("[!-~]{1,180}", found):
        case.body = {**body, "request_id": f"{found}-{next(_serial)}"}
