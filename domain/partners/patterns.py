"""Patterns of partners' form fields, matched by RE2 in time linear in the answer.

RE2 has no look-around and no back references; `\\d`, `\\w` and `\\s` are ASCII.
"""

from typing import Any, Final

import re2

MAX_PATTERN_LENGTH: Final = 500
_MAX_MEMORY_BYTES: Final = 1024 * 1024
"""Memory of one pattern, compiled and while it matches."""
_CASE_FOLDED: Final = str.maketrans("\u017f\u212a", "\ufffd\ufffd")
"""The two letters outside ASCII that case folding would turn into `s` and `k`."""


def compile_pattern(pattern: str) -> Any:
    """Compile `pattern`. Raises `ValueError` that states what was expected."""
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise ValueError(f"expected a pattern of at most {MAX_PATTERN_LENGTH} characters")
    options = re2.Options()
    options.max_mem = _MAX_MEMORY_BYTES
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        detail = error.args[0] if error.args else ""
        reason = detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
        expected = "expected a regular expression in RE2's syntax, such as [A-Z]{2}-[0-9]{6}"
        raise ValueError(f"{expected}: {reason}") from None


def matches(pattern: str, text: str) -> bool:
    """Return whether all of `text` matches. A stored pattern that RE2 rejects never matches."""
    try:
        return compile_pattern(pattern).fullmatch(text.translate(_CASE_FOLDED)) is not None
    except ValueError:
        return False
