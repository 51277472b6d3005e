"""Pages that say one thing, and problems of pages: people get them as pages, never as JSON."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final, Literal

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from temporalio.service import RPCError

from domain.errors import MessageRefused, Unavailable
from gateway.pages.rendering import page, reading_language
from gateway.problems import RETRY_AFTER, STATUS, Problem
from gateway.words import words

log = logging.getLogger("gateway")
Mood = Literal["good", "bad", "warn"]
_BY_STATUS: Final = {404: "not_found", 405: "not_found", 413: "too_large"}


def notice(
    request: Request,
    area: str,
    name: str,
    mood: Mood = "warn",
    status: int = 200,
    language: str | None = None,
    **values: str,
) -> HTMLResponse:
    """Say one thing: `[<name>] title, text` of the words of `area`, with `values` filled in."""
    language = reading_language(request, language)
    said = words(area, language)[name]
    content = {
        "title": said["title"].format_map(values),
        "text": said["text"].format_map(values),
        "mood": mood,
    }
    return page(request, "message.html", "pages", language, content, status)


class PageRoute(APIRoute):
    """A page's route: what goes wrong in it is told in words, those of its `area` first."""

    area = "pages"

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Stand around the page."""
        make = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await make(request)
            except (Problem, MessageRefused) as error:
                return _problem(request, self.area, error.code)
            except RequestValidationError:
                return _problem(request, self.area, "malformed")
            except HTTPException as error:
                return _problem(request, self.area, _BY_STATUS.get(error.status_code, "malformed"))
            except (Unavailable, RPCError) as error:
                tell_away(error)
                return _problem(request, self.area, "unavailable")

        return told


def tell_away(error: Unavailable | RPCError) -> None:
    """Log that something is away, without its own words."""
    log.warning("away: %s", error.status.name if isinstance(error, RPCError) else error)


def _problem(request: Request, area: str, code: str) -> Response:
    language = reading_language(request)
    known = words("pages", language)["problems"] | words(area, language)["problems"]
    name = code if code in known else "malformed"
    response = page(
        request,
        "message.html",
        "pages",
        language,
        {**known[name], "mood": "warn"},
        STATUS.get(code, STATUS["malformed"]),
    )
    if response.status_code == STATUS["unavailable"]:
        response.headers["retry-after"] = str(RETRY_AFTER)
    return response
