"""Strict parsing of JSON, and the digest of its content."""

import hashlib
import json
import math
from typing import Any, Final, NoReturn

MAX_MESSAGE_BYTES: Final = 256 * 1024
"""Temporal accepts two megabytes; no claim or outcome needs a tenth of that."""
_MAX_NESTING: Final = 100


def parse_json(raw: bytes, max_bytes: int = MAX_MESSAGE_BYTES) -> Any:
    """Parse JSON strictly; return `None` if it is invalid, too long or nested too deeply."""
    if len(raw) > max_bytes:
        return None
    try:
        text = raw.decode("utf-8-sig")  # a byte order mark is no content
        content = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    return None if _is_too_deep(content) else content


def _is_too_deep(content: object) -> bool:
    layer = [content]
    for _ in range(_MAX_NESTING):
        layer = [
            inner
            for outer in layer
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(layer)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is not a number")
    return number


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def content_digest(content: object) -> str:
    """Return the digest (SHA-256, hex) that distinguishes two contents of one key."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
