"""Pages with one message, and problems as pages: people get a page, never JSON."""

import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Final, Literal, cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from temporalio.service import RPCError

from domain.error_location import error_location
from domain.errors import RequestRejected, TransientError
from gateway.http.problem_status import STATUS
from gateway.http.problems import RETRY_AFTER_SECONDS, Problem
from gateway.i18n import catalog
from gateway.pages.rendering import reading_language, render_page
from workflows.temporal_errors import is_workflow_not_found

log = logging.getLogger("gateway")
Severity = Literal["good", "bad", "warn"]
Handler = Callable[[Request, Exception], Awaitable[Response]]
_CODES: Final = {404: "not_found", 405: "not_found", 413: "payload_too_large"}


def message_page(
    request: Request,
    area: str,
    name: str,
    severity: Severity = "warn",
    language: str | None = None,
    **values: str,
) -> HTMLResponse:
    """Render one message: `title` and `text` of table `[<name>]` in the catalog of `area`."""
    language = reading_language(request, language)
    texts = catalog(area, language)[name]
    content = {
        "title": texts["title"].format_map(values),
        "text": texts["text"].format_map(values),
        "severity": severity,
    }
    return render_page(request, "message.html", "pages", language, content)


class NotSignedIn(Exception):
    """A request to a page has no session, and its area has a page that says how to sign in."""


class PageRoute(APIRoute):
    """A page's route: a problem becomes a page, with the texts of its `area` first."""

    area = "pages"

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the page's handler."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except Problem as problem:
                return problem_page(request, self.area, problem.code, problem.headers)
            except (RequestRejected, RequestValidationError, HTTPException) as error:
                return problem_page(request, self.area, _code_of(error))
            except (TransientError, RPCError) as error:
                if isinstance(error, RPCError) and is_workflow_not_found(error):
                    return problem_page(request, self.area, "unknown_ticket")
                log_unavailable(error)
                return problem_page(request, self.area, "unavailable")
            except NotSignedIn:
                raise
            except Exception as error:
                log.error("internal error: %s", error_location(error))
                return problem_page(request, self.area, "internal")

        return handle


def register_page_errors(app: FastAPI) -> None:
    """Show a browser a page for an address that no operation has, instead of JSON."""
    handle_as_api = cast("Handler", app.exception_handlers[HTTPException])

    async def on_http_error(request: Request, error: Exception) -> Response:
        is_browser = "text/html" in request.headers.get("accept", "")
        if is_browser and isinstance(error, HTTPException) and not _is_api(request):
            return problem_page(request, "pages", _code_of(error))
        return await handle_as_api(request, error)

    app.add_exception_handler(HTTPException, on_http_error)


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/v1/")


def problem_page(
    request: Request, area: str, code: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Render a problem: with the texts of its area, of all pages, or of the API."""
    code = code if code in STATUS else "internal"
    language = reading_language(request)
    common, own = catalog("pages", language), catalog(area, language).get("problems", {})
    fallback = {
        "title": common["error"]["title"],
        "text": catalog("problems", language)["problems"][code],
    }
    texts = own.get(code) or common["problems"].get(code) or fallback
    content = {**texts, "severity": "warn"}
    response = render_page(request, "message.html", "pages", language, content, STATUS[code])
    if response.status_code == STATUS["unavailable"]:
        response.headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    response.headers.update(headers or {})
    return response


def log_unavailable(error: TransientError | RPCError) -> None:
    """Log that a dependency is unavailable, without the error's own text for RPC errors."""
    log.warning("unavailable: %s", error.status.name if isinstance(error, RPCError) else error)


def _code_of(error: RequestRejected | RequestValidationError | HTTPException) -> str:
    if isinstance(error, RequestRejected):
        return error.code
    if isinstance(error, HTTPException):
        return _CODES.get(error.status_code, "malformed")
    return "malformed"
