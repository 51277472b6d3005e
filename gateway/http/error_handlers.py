"""How exceptions become problems."""

import logging
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match
from temporalio.service import RPCError

from domain.codes import RefusalCode
from domain.errors import RequestRejected, TransientError
from gateway.http.field_errors import field_errors
from gateway.http.problems import Problem, problem_response
from workflows.temporal_errors import is_workflow_not_found

log = logging.getLogger("gateway")
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_CODES: Final = {
    404: RefusalCode.NOT_FOUND,
    405: RefusalCode.METHOD_NOT_ALLOWED,
    413: RefusalCode.PAYLOAD_TOO_LARGE,
    500: RefusalCode.INTERNAL,
    503: RefusalCode.UNAVAILABLE,
}


def register_handlers(app: FastAPI) -> None:
    """Turn every exception into a problem."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestRejected, _on_rejected)
    app.add_exception_handler(TransientError, _on_unavailable)
    app.add_exception_handler(RPCError, _on_rpc_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_error)


async def _on_problem(request: Request, error: Exception) -> JSONResponse:
    return problem_response(
        request, error if isinstance(error, Problem) else Problem(RefusalCode.INTERNAL)
    )


async def _on_rejected(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestRejected) or error.code not in set(RefusalCode):
        return problem_response(request, Problem(RefusalCode.INTERNAL))
    errors = {error.field: error.expected} if error.field else None
    return problem_response(request, Problem(RefusalCode(error.code), errors))


async def _on_unavailable(request: Request, error: Exception) -> JSONResponse:
    log.warning("unavailable: %s", error)
    return problem_response(request, Problem(RefusalCode.UNAVAILABLE))


async def _on_rpc_error(request: Request, error: Exception) -> JSONResponse:
    """Answer `unknown_ticket` for a missing workflow, `unavailable` for anything else."""
    if isinstance(error, RPCError) and is_workflow_not_found(error):
        return problem_response(request, Problem(RefusalCode.UNKNOWN_TICKET))
    log.warning("Temporal: %s", error.status.name if isinstance(error, RPCError) else error)
    return problem_response(request, Problem(RefusalCode.UNAVAILABLE))


async def _on_validation_error(request: Request, error: Exception) -> JSONResponse:
    errors = error.errors() if isinstance(error, RequestValidationError) else []
    return problem_response(request, Problem(RefusalCode.MALFORMED, field_errors(errors)))


async def _on_http_error(request: Request, error: Exception) -> JSONResponse:
    """Answer a request that no operation handled: wrong path, wrong method, unreadable body."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if "allow" in map(str.lower, headers):
        headers = {"allow": ", ".join(_allowed_methods(request))}
    code = _CODES.get(status, RefusalCode.MALFORMED)
    return problem_response(request, Problem(code, headers=headers))


def _allowed_methods(request: Request) -> list[str]:
    """Return the methods of a path over all routes; a route knows only its own."""
    scope, routes = request.scope, request.app.routes
    scopes = {method: {**scope, "method": method} for method in _METHODS}
    allowed = [
        method
        for method, candidate in scopes.items()
        if any(route.matches(candidate)[0] is Match.FULL for route in routes)
    ]
    return ["GET", "HEAD", *allowed[1:]] if allowed[:1] == ["GET"] else allowed
