"""Calls that answer people: what goes wrong is told on a page, in the reader's language."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from temporalio.service import RPCError

from domain.errors import MessageRefused, Unavailable
from gateway.pages.rendering import page, reading_language
from gateway.problems import RETRY_AFTER, STATUS, Problem, is_unknown
from gateway.words import words

log = logging.getLogger("gateway")


class PageRoute(APIRoute):
    """A route whose problems are pages; every other error is left to the application."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Stand around the call."""
        answer = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await answer(request)
            except (
                Problem, MessageRefused, Unavailable, RPCError, RequestValidationError
            ) as error:  # fmt: skip
                return problem_page(request, _code(error))

        return told


def problem_page(request: Request, code: str) -> Response:
    """Say on a page why a call was not answered."""
    language = reading_language(request)
    content = {
        "title": words("pages", language)["trouble"]["title"],
        "text": words("problems", language)["problems"][code],
        "mood": "bad",
    }
    response = page(request, "message.html", "problems", language, content, STATUS[code])
    if STATUS[code] == 503:
        response.headers["retry-after"] = str(RETRY_AFTER)
    return response


def _code(error: Exception) -> str:
    match error:
        case Problem() | MessageRefused():
            return error.code if error.code in STATUS else "internal"
        case RPCError() if is_unknown(error):
            return "unknown_ticket"
        case Unavailable() | RPCError():
            log.warning("away: %s", type(error).__name__)
            return "unavailable"
    return "malformed"
