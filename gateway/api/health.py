"""Whether the gateway lives and can work, and its figures for Prometheus."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel, Field
from starlette_exporter import handle_metrics

from domain.errors import DatabaseUnavailable
from gateway.context import AppContext, Context
from gateway.dependencies import has_dependencies
from gateway.http.auth import OperatorCaller
from gateway.http.openapi import DocumentedAPI
from gateway.http.problems import Problem, responses
from gateway.temporal_client import check_database, check_temporal

router = APIRouter(tags=["operation"])
_EXAMPLE: Final = {"text/plain": {"example": "gateway_requests_in_progress 1.0\n"}}


class HealthStatus(BaseModel):
    """All is well."""

    status: str = Field("ok", examples=["ok"])


@router.get("/healthz")
async def liveness() -> HealthStatus:
    """Say that the gateway lives. Needs no token, tells nothing else."""
    return HealthStatus()


@router.get("/readyz", responses=responses("unavailable"))
async def readiness(context: Context) -> HealthStatus:
    """Say whether Temporal and the database answer, and have what work needs: with `503`, send
    calls elsewhere.
    """
    if not await context.readiness.known(lambda: _is_ready(context)):
        raise Problem("unavailable")
    return HealthStatus()


async def _is_ready(context: AppContext) -> bool:
    try:
        await check_database(context.postgres)
    except DatabaseUnavailable:
        return False
    if not await check_temporal(context.temporal):
        return False
    return await has_dependencies(context.postgres, context.temporal)


@router.get("/openapi.json", include_in_schema=False)
async def document(request: Request) -> Response:
    """Send the OpenAPI document: written once, and not sent again to who has it."""
    app: DocumentedAPI = request.app
    written, tag = app.document
    headers = {"etag": tag, "cache-control": "no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(written, headers=headers, media_type="application/json")


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses={200: {"description": "The figures", "content": _EXAMPLE}},
)
def metrics(request: Request, caller: OperatorCaller) -> Response:
    """Tell the gateway's figures, in Prometheus's text format."""
    return handle_metrics(request)
