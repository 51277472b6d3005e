"""How the gateway says no: RFC 9457 problem details with our codes, in the caller's language.

A refused claim is an answer (`AdmissionResult`), not a problem.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from asgi_correlation_id import correlation_id
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match
from temporalio.service import RPCError

from domain.errors import RequestRejected, TransientError
from gateway.i18n import catalog, preferred_language
from workflows.temporal_errors import is_workflow_not_found

log = logging.getLogger("gateway")
MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:support-tickets:problem:"
RETRY_AFTER_SECONDS: Final = 5
"""Seconds, where nobody can say when what is away comes back."""

STATUS: Final = {
    "malformed": 422,
    "incomplete": 422,
    "duplicate": 409,
    "no_link": 409,
    "link_does_not_fit": 409,
    "reward_granted": 409,
    "reward_invalid": 409,
    "reward_not_rejected": 409,
    "reward_registered": 409,
    "key_reused": 422,
    "reward_required": 422,
    "wrong_currency": 422,
    "approval_by_another": 409,
    "unauthorised": 401,
    "forbidden": 403,
    "unknown_ticket": 404,
    "unknown_partner": 404,
    "unknown_event": 404,
    "unknown_discrepancy": 404,
    "not_found": 404,
    "partner_takes_no_claims": 404,
    "method_not_allowed": 405,
    "action_not_allowed": 409,
    "id_mismatch": 409,
    "replayed_message": 409,
    "payload_too_large": 413,
    "address_too_long": 414,
    "headers_too_large": 431,
    "timed_out": 408,
    "bad_request": 400,
    "unknown_parameter": 422,
    "too_many_requests": 429,
    "invalid_link": 403,
    "internal": 500,
    "unavailable": 503,
    "workflow_lost": 503,
}
"""Every code that a problem can have, and its HTTP status."""


class FieldError(BaseModel):
    """A field that is wrong: where (`answers.order_number`), and a sub-code of what it expects."""

    field: str
    expected: str


class ProblemDetails(BaseModel):
    """RFC 9457; `code` is for programs, `title` for people, in the language they asked for."""

    type: str = Field(examples=["urn:support-tickets:problem:unknown_ticket"])
    title: str
    status: int
    code: str = Field(examples=["unknown_ticket"])
    errors: list[FieldError] = []
    request_id: str | None = None


class Problem(Exception):
    """A call that cannot be answered as it wanted: a code of `STATUS`, and the fields at fault."""

    def __init__(
        self,
        code: str,
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what the answer says."""
        super().__init__(code)
        self.code = code
        self.errors = dict(errors or {})
        self.headers = dict(headers or {})


def responses(*codes: str) -> dict[int | str, dict[str, Any]]:
    """Document the problems of an operation; those that every operation has come by themselves."""
    found: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        title = catalog("problems", "en")["problems"][code]
        known = found.setdefault(STATUS[code], {"description": "", "content": _content()})
        known["description"] = " ".join(filter(None, [known["description"], f"`{code}`: {title}"]))
        known["content"][MEDIA_TYPE]["examples"][code] = {"value": _example(code, title)}
    return found


def _content() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {MEDIA_TYPE: {"schema": schema, "examples": {}}}


def _example(code: str, title: str) -> dict[str, Any]:
    wrong = [FieldError(field="account_id", expected="required")] if code == "malformed" else []
    return ProblemDetails(
        type=f"{TYPE_PREFIX}{code}",
        title=title,
        status=STATUS[code],
        code=code,
        errors=wrong,
        request_id="0f8b6c1e5d3a4f7e9a2b4c6d8e0f1a3b",
    ).model_dump()


def problem_response(request: Request, problem: Problem) -> JSONResponse:
    """Put a problem into the caller's words."""
    status = STATUS[problem.code]
    language = preferred_language(request)
    details = ProblemDetails(
        type=f"{TYPE_PREFIX}{problem.code}",
        title=catalog("problems", language)["problems"][problem.code],
        status=status,
        code=problem.code,
        errors=[FieldError(field=name, expected=what) for name, what in problem.errors.items()],
        request_id=correlation_id.get(),
    )
    headers = {"content-language": language, **problem.headers}
    if status == 401:
        headers.setdefault("www-authenticate", "Bearer")
    if status in (429, 503):
        headers.setdefault("retry-after", str(RETRY_AFTER_SECONDS))
    return JSONResponse(details.model_dump(), status, headers, media_type=MEDIA_TYPE)


def unlocalized_problem(code: str) -> bytes:
    """Return a problem as the server says it before there is a request whose caller has a language
    or an id.
    """
    title = catalog("problems", "en")["problems"][code]
    details = ProblemDetails(
        type=f"{TYPE_PREFIX}{code}", title=title, status=STATUS[code], code=code
    )
    return details.model_dump_json().encode()


def register_handlers(app: FastAPI) -> None:
    """Let every error leave as a problem."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestRejected, _on_rejected)
    app.add_exception_handler(TransientError, _on_unavailable)
    app.add_exception_handler(RPCError, _on_rpc_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_error)


async def _on_problem(request: Request, error: Exception) -> JSONResponse:
    return problem_response(request, error if isinstance(error, Problem) else Problem("internal"))


async def _on_rejected(request: Request, error: Exception) -> JSONResponse:
    code = error.code if isinstance(error, RequestRejected) and error.code in STATUS else "internal"
    field = error.field if isinstance(error, RequestRejected) else None
    expected = error.expected if isinstance(error, RequestRejected) else ""
    return problem_response(request, Problem(code, {field: expected} if field else None))


async def _on_unavailable(request: Request, error: Exception) -> JSONResponse:
    log.warning("away: %s", error)
    return problem_response(request, Problem("unavailable"))


async def _on_rpc_error(request: Request, error: Exception) -> JSONResponse:
    """Temporal does not answer; a workflow that is not there is a ticket nobody knows."""
    if isinstance(error, RPCError) and is_workflow_not_found(error):
        return problem_response(request, Problem("unknown_ticket"))
    log.warning("Temporal: %s", error.status.name if isinstance(error, RPCError) else error)
    return problem_response(request, Problem("unavailable"))


async def _on_validation_error(request: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    return problem_response(request, Problem("malformed", field_errors(found)))


async def _on_http_error(request: Request, error: Exception) -> JSONResponse:
    """Answer what no call took: no such path, no such method, an unreadable body."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if "allow" in map(str.lower, headers):
        headers = {"allow": ", ".join(_methods(request))}
    code = {404: "not_found", 405: "method_not_allowed", 413: "payload_too_large", 500: "internal"}
    code[503] = "unavailable"
    return problem_response(request, Problem(code.get(status, "malformed"), headers=headers))


def _methods(request: Request) -> list[str]:
    """Return the methods of a path; routes that share it know of their own alone."""
    scope, routes = request.scope, request.app.routes
    full = {method: {**scope, "method": method} for method in _METHODS}
    found = [
        method
        for method, asked in full.items()
        if any(route.matches(asked)[0] is Match.FULL for route in routes)
    ]
    return ["GET", "HEAD", *found[1:]] if found[:1] == ["GET"] else found


_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_LOCATIONS: Final = frozenset({"body", "query", "path", "header", "cookie"})
_SUB_CODES: Final = {
    "missing": "required",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "string_type": "not_text",
    "string_unicode": "not_text",
    "json_invalid": "json",
    "string_pattern_mismatch": "malformed_pattern",
    "enum": "not_an_option",
    "literal_error": "not_an_option",
}
"""Pydantic's types of errors as sub-codes; any other is told by its own name."""


def field_errors(errors: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Name each field that is wrong, and what was expected there; never what was sent."""
    found: dict[str, str] = {}
    for error in errors:
        place = [str(part) for part in error["loc"]]
        name = ".".join(place[1:] if place[:1] and place[0] in _LOCATIONS else place) or "body"
        found.setdefault(name[:200], _SUB_CODES.get(error["type"], error["type"]))
    return found
