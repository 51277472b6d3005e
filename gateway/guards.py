"""What stands before every call: a bound on its size, headers that browsers obey, faults told."""

import logging
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import Problem, answer

log = logging.getLogger("gateway")
MOST_BYTES: Final = 1024 * 1024
"""Of a request's body: a thousand outcomes or records of the feed."""
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


class Guards:
    """Stands before the application."""

    def __init__(self, app: ASGIApp) -> None:
        """Guard `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a call through; a fault of ours is answered as one."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _declared(scope) > MOST_BYTES:  # told at once: its body may never come
            await answer(Request(scope), Problem("too_large"))(scope, receive, _heading(send))
            return
        begun, headed = False, _heading(send)

        async def guarded(message: Message) -> None:
            nonlocal begun
            begun = True
            await headed(message)

        method = scope["method"] if scope["method"] in _METHODS else _NO_METHOD
        try:
            await self._app({**scope, "method": method}, _bounded(receive), guarded)
        except Exception as error:
            log.error("a bug: %s", place_of(error))
            if not begun:
                await answer(Request(scope), Problem("internal"))(scope, receive, guarded)


def _with_headers(message: Message) -> Message:
    if message["type"] == "http.response.start":
        headers = MutableHeaders(scope=message)
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        if "etag" not in headers:  # files of ours may be kept; answers may be about somebody
            headers.setdefault("cache-control", "no-store")
    return message


def _heading(send: Send) -> Send:
    async def headed(message: Message) -> None:
        await send(_with_headers(message))

    return headed


def _declared(scope: Scope) -> int:
    """Return how long the body is to be; 0 where that is not said in a number."""
    length = Headers(scope=scope).get("content-length", "")
    return int(length[:19]) if length.isascii() and length.isdigit() else 0


def _bounded(receive: Receive) -> Receive:
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_BYTES:
            raise HTTPException(413)  # FastAPI would make a 400 of anything else
        return message

    return bounded


def place_of(error: Exception) -> str:
    """Say what went wrong, and where: an error's own words may quote what somebody wrote."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {place}"
