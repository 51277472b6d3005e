"""What stands before every call: a bound on its size, headers that browsers obey, faults told."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.claims.parsing import MAX_MESSAGE_BYTES
from domain.error_location import error_location
from gateway.http.problems import Problem, problem_response

log = logging.getLogger("gateway")
MAX_BODY_BYTES: Final = 1024 * 1024
"""Of a request's body: a thousand outcomes or records of the feed."""
_MAX_BYTES_BY_PATH: Final = (
    *(("/form/sign-in", 16 * 1024), ("/desk/sign-in", 16 * 1024)),
    *(("/v1/claims", MAX_MESSAGE_BYTES), ("/v1/tickets", MAX_MESSAGE_BYTES)),
    ("/v1/", MAX_BODY_BYTES),
)
_MAX_PAGE_BODY_BYTES: Final = 256 * 1024
MAX_PENDING_BYTES: Final = 64 * MAX_BODY_BYTES
"""Bytes of the bodies of all calls that are under way."""
ALWAYS_READ_BYTES: Final = 16 * 1024
"""Bytes of a body that are read even so, as many as connections: who holds large ones unfinished
keeps nobody from a claim or a decision.
"""
MAX_PARAMETERS: Final = 50
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER_METHOD: Final = "OTHER"
"""Whatever else somebody calls a method: our figures are kept by method, and must not grow."""
_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "interest-cohort=()",
    # Not `no-referrer`: with it, a form's own Origin would be null.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
_HTTPS_HEADERS: Final = {"strict-transport-security": "max-age=31536000"}


class SecurityMiddleware:
    """Stands before the application."""

    def __init__(
        self, app: ASGIApp, is_secure: bool = False, max_pending_bytes: int = MAX_PENDING_BYTES
    ) -> None:
        """Guard `app`; `is_secure`: people reach it by https alone, and browsers may know that."""
        self._app, self._pending, self._max_pending_bytes = app, 0, max_pending_bytes
        self._headers = _HEADERS | (_HTTPS_HEADERS if is_secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a call through; a fault of ours is answered as one."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send_with_headers = self._add_headers(send)
        if refused := _refused(scope):  # told at once: its body may never come
            await problem_response(Request(scope), refused)(scope, receive, send_with_headers)
            return
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            begun = True
            await send_with_headers(message)

        async with self._limit_body(receive, scope["path"]) as receive_limited:
            try:
                await self._app({**scope, "method": _method(scope)}, receive_limited, guarded)
            except ClientDisconnect:
                return
            except Exception as error:
                log.error("a bug: %s", error_location(error))
                if not begun:
                    await problem_response(Request(scope), Problem("internal"))(
                        scope, receive, guarded
                    )

    def _add_headers(self, send: Send) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if "etag" not in headers:  # files of ours may be kept; answers may be private
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        return send_with_headers

    @asynccontextmanager
    async def _limit_body(self, receive: Receive, path: str) -> AsyncIterator[Receive]:
        """Count a body against the bound of its own, and against that of all together."""
        taken, most = 0, max_body_bytes(path)

        async def receive_limited() -> Message:
            nonlocal taken
            message = await receive()
            came = len(message.get("body", b""))
            taken, self._pending = taken + came, self._pending + came
            if taken > most:
                raise HTTPException(413)  # FastAPI would make a 400 of anything else
            if self._pending > self._max_pending_bytes and taken > ALWAYS_READ_BYTES:
                raise HTTPException(503)
            return message

        try:
            yield receive_limited
        finally:
            self._pending -= taken


def max_body_bytes(path: str) -> int:
    """Return how long a body may be at this address."""
    return next(
        (most for begins, most in _MAX_BYTES_BY_PATH if path.startswith(begins)),
        _MAX_PAGE_BODY_BYTES,
    )


def _method(scope: Scope) -> str:
    """Return the method to answer: of what there is to get, the server can send the head alone."""
    method = "GET" if scope["method"] == "HEAD" else str(scope["method"])
    return method if method in _METHODS else _OTHER_METHOD


def _refused(scope: Scope) -> Problem | None:
    """Return why a call is refused by what its head says."""
    if _content_length(scope) > max_body_bytes(scope["path"]):
        return Problem("payload_too_large")
    if scope["query_string"].count(b"&") >= MAX_PARAMETERS:
        return Problem("malformed", {"query": "too_long"})
    return None


def _content_length(scope: Scope) -> int:
    """Return how long the body is to be; 0 where that is not said in a number."""
    length = Headers(scope=scope).get("content-length", "")
    return int(length[:19]) if length.isascii() and length.isdigit() else 0
