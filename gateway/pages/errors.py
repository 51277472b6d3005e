"""Pages that say one thing, and problems of pages: people get them as pages, never as JSON."""

import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, Literal

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from temporalio.service import RPCError

from domain.errors import RequestRejected, TransientError
from gateway.http.problems import RETRY_AFTER_SECONDS, STATUS, Problem
from gateway.i18n import catalog
from gateway.pages.rendering import page, reading_language
from workflows.temporal_errors import is_workflow_not_found

log = logging.getLogger("gateway")
Mood = Literal["good", "bad", "warn"]
_BY_STATUS: Final = {404: "not_found", 405: "not_found", 413: "payload_too_large"}


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
    said = catalog(area, language)[name]
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
            except Problem as error:
                return _problem(request, self.area, error.code, error.headers)
            except RequestRejected as error:
                return _problem(request, self.area, error.code)
            except RequestValidationError:
                return _problem(request, self.area, "malformed")
            except HTTPException as error:
                return _problem(request, self.area, _BY_STATUS.get(error.status_code, "malformed"))
            except (TransientError, RPCError) as error:
                if isinstance(error, RPCError) and is_workflow_not_found(error):
                    return _problem(request, self.area, "unknown_ticket")
                tell_away(error)
                return _problem(request, self.area, "unavailable")

        return told


def tell_away(error: TransientError | RPCError) -> None:
    """Log that something is away, without its own words."""
    log.warning("away: %s", error.status.name if isinstance(error, RPCError) else error)


def _problem(
    request: Request, area: str, code: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Say why a page was not given: in the words of its area, of all pages, or of the API."""
    code = code if code in STATUS else "internal"
    language = reading_language(request)
    every, known = catalog("pages", language), catalog(area, language).get("problems", {})
    plain = {
        "title": every["error"]["title"],
        "text": catalog("problems", language)["problems"][code],
    }
    said = known.get(code) or every["problems"].get(code) or plain
    content = {**said, "mood": "warn"}
    response = page(request, "message.html", "pages", language, content, STATUS[code])
    if response.status_code == STATUS["unavailable"]:
        response.headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    response.headers.update(headers or {})
    return response
