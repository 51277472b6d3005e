"""The outermost middleware: body limits, security headers, and unexpected errors as problems."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.codes import RefusalCode
from domain.error_location import error_location
from gateway.http.body_limits import (
    ALWAYS_READ_BYTES,
    MAX_PENDING_BYTES,
    head_problem,
    max_body_bytes,
)
from gateway.http.problems import Problem, problem_response

log = logging.getLogger("gateway")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER_METHOD: Final = "OTHER"
"""Replaces any other method: metrics have a label for the method, and must not grow."""
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
    """Wraps the application."""

    def __init__(
        self, app: ASGIApp, is_secure: bool = False, max_pending_bytes: int = MAX_PENDING_BYTES
    ) -> None:
        """`is_secure`: browsers reach the application by https only, and may remember that."""
        self._app, self._pending, self._max_pending_bytes = app, 0, max_pending_bytes
        self._headers = _HEADERS | (_HTTPS_HEADERS if is_secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request; an unexpected error is answered with `internal`."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send_with_headers = self._add_headers(send)
        if problem := head_problem(scope):  # answered at once: the body may never arrive
            await problem_response(Request(scope), problem)(scope, receive, send_with_headers)
            return
        has_started = False

        async def send_response(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send_with_headers(message)

        async with self._limit_body(receive, scope["path"]) as receive_limited:
            try:
                await self._app({**scope, "method": _method(scope)}, receive_limited, send_response)
            except ClientDisconnect:
                return
            except Exception as error:
                log.error("internal error: %s", error_location(error))
                if not has_started:
                    response = problem_response(Request(scope), Problem(RefusalCode.INTERNAL))
                    await response(scope, receive, send_response)

    def _add_headers(self, send: Send) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if "etag" not in headers:  # static files may be cached; responses may be private
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        return send_with_headers

    @asynccontextmanager
    async def _limit_body(self, receive: Receive, path: str) -> AsyncIterator[Receive]:
        """Count a body against its own limit, and against that of all pending bodies."""
        received, limit = 0, max_body_bytes(path)

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            size = len(message.get("body", b""))
            received, self._pending = received + size, self._pending + size
            if received > limit:
                raise HTTPException(413)  # FastAPI would make a 400 of anything else
            if self._pending > self._max_pending_bytes and received > ALWAYS_READ_BYTES:
                raise HTTPException(503)
            return message

        try:
            yield receive_limited
        finally:
            self._pending -= received


def _method(scope: Scope) -> str:
    """Return the method to route by: HEAD is answered as GET, and the server drops the body."""
    method = "GET" if scope["method"] == "HEAD" else str(scope["method"])
    return method if method in _METHODS else _OTHER_METHOD
