"""What stands before every call: a bound on its size, headers that browsers obey, faults told."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.claims.parsing import LONGEST_MESSAGE
from gateway.http.problems import Problem, answer

log = logging.getLogger("gateway")
MOST_BYTES: Final = 1024 * 1024
"""Of a request's body: a thousand outcomes or records of the feed."""
_MOST_OF: Final = (
    *(("/form/sign-in", 16 * 1024), ("/desk/sign-in", 16 * 1024)),
    *(("/v1/claims", LONGEST_MESSAGE), ("/v1/tickets", LONGEST_MESSAGE)),
    ("/v1/", MOST_BYTES),
)
_MOST_OF_PAGES: Final = 256 * 1024
MOST_PENDING: Final = 64 * MOST_BYTES
"""Bytes of the bodies of all calls that are under way."""
ALWAYS_READ: Final = 16 * 1024
"""Bytes of a body that are read even so, as many as connections: who holds large ones unfinished
keeps nobody from a claim or a decision.
"""
MOST_PARAMETERS: Final = 50
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_METHOD: Final = "OTHER"
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
_SECURE: Final = {"strict-transport-security": "max-age=31536000"}


class Guards:
    """Stands before the application."""

    def __init__(
        self, app: ASGIApp, is_secure: bool = False, most_pending: int = MOST_PENDING
    ) -> None:
        """Guard `app`; `is_secure`: people reach it by https alone, and browsers may know that."""
        self._app, self._pending, self._most_pending = app, 0, most_pending
        self._headers = _HEADERS | (_SECURE if is_secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a call through; a fault of ours is answered as one."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headed = self._heading(send)
        if refused := _refused(scope):  # told at once: its body may never come
            await answer(Request(scope), refused)(scope, receive, headed)
            return
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            begun = True
            await headed(message)

        async with self._bounded(receive, scope["path"]) as bounded:
            try:
                await self._app({**scope, "method": _method(scope)}, bounded, guarded)
            except ClientDisconnect:
                return
            except Exception as error:
                log.error("a bug: %s", place_of(error))
                if not begun:
                    await answer(Request(scope), Problem("internal"))(scope, receive, guarded)

    def _heading(self, send: Send) -> Send:
        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if "etag" not in headers:  # files of ours may be kept; answers may be private
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        return headed

    @asynccontextmanager
    async def _bounded(self, receive: Receive, path: str) -> AsyncIterator[Receive]:
        """Count a body against the bound of its own, and against that of all together."""
        taken, most = 0, most_bytes(path)

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            came = len(message.get("body", b""))
            taken, self._pending = taken + came, self._pending + came
            if taken > most:
                raise HTTPException(413)  # FastAPI would make a 400 of anything else
            if self._pending > self._most_pending and taken > ALWAYS_READ:
                raise HTTPException(503)
            return message

        try:
            yield bounded
        finally:
            self._pending -= taken


def most_bytes(path: str) -> int:
    """Return how long a body may be at this address."""
    return next((most for begins, most in _MOST_OF if path.startswith(begins)), _MOST_OF_PAGES)


def _method(scope: Scope) -> str:
    """Return the method to answer: of what there is to get, the server can send the head alone."""
    method = "GET" if scope["method"] == "HEAD" else str(scope["method"])
    return method if method in _METHODS else _NO_METHOD


def _refused(scope: Scope) -> Problem | None:
    """Return why a call is refused by what its head says."""
    if _declared(scope) > most_bytes(scope["path"]):
        return Problem("payload_too_large")
    if scope["query_string"].count(b"&") >= MOST_PARAMETERS:
        return Problem("malformed", {"query": "too_long"})
    return None


def _declared(scope: Scope) -> int:
    """Return how long the body is to be; 0 where that is not said in a number."""
    length = Headers(scope=scope).get("content-length", "")
    return int(length[:19]) if length.isascii() and length.isdigit() else 0


def place_of(error: Exception) -> str:
    """Say what went wrong, and where: an error's own words may quote what somebody wrote."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {place}"
