"""Limits on the size of request bodies."""

from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from domain.codes import RefusalCode
from domain.values.json_text import MAX_MESSAGE_BYTES
from gateway.http.problems import Problem

MAX_BODY_BYTES: Final = 1024 * 1024
"""A thousand outcomes or feed records."""
_MAX_BYTES_BY_PATH: Final = (
    *(("/form/sign-in", 16 * 1024), ("/desk/sign-in", 16 * 1024)),
    *(("/v1/claims", MAX_MESSAGE_BYTES), ("/v1/tickets", MAX_MESSAGE_BYTES)),
    ("/v1/", MAX_BODY_BYTES),
)
_MAX_PAGE_BODY_BYTES: Final = 256 * 1024
MAX_PENDING_BYTES: Final = 64 * MAX_BODY_BYTES
"""For the bodies of all requests in progress together."""
ALWAYS_READ_BYTES: Final = 16 * 1024
"""Of each body, whatever is pending: clients that hold large bodies unfinished block no claim and
no decision.
"""
MAX_PARAMETERS: Final = 50


def max_body_bytes(path: str) -> int:
    """Return the maximum size of a body for this path."""
    return next(
        (limit for prefix, limit in _MAX_BYTES_BY_PATH if path.startswith(prefix)),
        _MAX_PAGE_BODY_BYTES,
    )


def head_problem(scope: Scope) -> Problem | None:
    """Return why a request is refused by its head alone."""
    if _content_length(scope) > max_body_bytes(scope["path"]):
        return Problem(RefusalCode.PAYLOAD_TOO_LARGE)
    if scope["query_string"].count(b"&") >= MAX_PARAMETERS:
        return Problem(RefusalCode.MALFORMED, {"query": "too_long"})
    return None


def _content_length(scope: Scope) -> int:
    """Return the announced size of the body; 0 without a number."""
    length = Headers(scope=scope).get("content-length", "")
    return int(length[:19]) if length.isascii() and length.isdigit() else 0
