"""Whether the gateway lives and can work, and its figures for Prometheus."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel, Field
from starlette_exporter import handle_metrics

from domain.errors import DatabaseUnavailable
from gateway.context import Have, Parts
from gateway.dependencies import has_what_it_needs
from gateway.http.auth import Operator
from gateway.http.openapi import Documented
from gateway.http.problems import Problem, responses
from gateway.temporal_client import is_there, leads_to_temporal

router = APIRouter(tags=["operation"])
_EXAMPLE: Final = {"text/plain": {"example": "gateway_requests_in_progress 1.0\n"}}


class HealthStatus(BaseModel):
    """All is well."""

    status: str = Field("ok", examples=["ok"])


@router.get("/healthz")
async def lives() -> HealthStatus:
    """Say that the gateway lives. Needs no token, tells nothing else."""
    return HealthStatus()


@router.get("/readyz", responses=responses("unavailable"))
async def can_work(have: Have) -> HealthStatus:
    """Say whether Temporal and the database answer, and have what work needs: with `503`, send
    calls elsewhere.
    """
    if not await have.readiness.known(lambda: _all_answer(have)):
        raise Problem("unavailable")
    return HealthStatus()


async def _all_answer(have: Parts) -> bool:
    try:
        await is_there(have.postgres)
    except DatabaseUnavailable:
        return False
    if not await leads_to_temporal(have.client):
        return False
    return await has_what_it_needs(have.postgres, have.client)


@router.get("/openapi.json", include_in_schema=False)
async def document(request: Request) -> Response:
    """Send the OpenAPI document: written once, and not sent again to who has it."""
    app: Documented = request.app
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
def figures(request: Request, caller: Operator) -> Response:
    """Tell the gateway's figures, in Prometheus's text format."""
    return handle_metrics(request)
