"""Liveness, readiness, metrics and the OpenAPI document."""

from contextlib import suppress
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import Gauge
from pydantic import BaseModel, Field
from starlette_exporter import handle_metrics

from adapters.postgres.platform.webhooks import are_webhooks_stopped
from adapters.postgres.tickets.resumption import list_lost_tickets
from domain.codes import RefusalCode
from domain.errors import DatabaseUnavailable
from gateway.context import Context
from gateway.http.auth import OperatorCaller
from gateway.http.openapi import DocumentedAPI, reject_unknown_parameters
from gateway.http.problems import Problem, responses

router = APIRouter(tags=["health"])
LOST_TICKETS: Final = Gauge(
    "tickets_without_workflow", "Open tickets that were found without a running workflow"
)
WEBHOOKS_STOPPED: Final = Gauge(
    "tickets_webhooks_stopped", "1 while webhooks wait because the platform answered 410"
)
_EXAMPLE: Final = {"text/plain": {"example": "gateway_requests_in_progress 1.0\n"}}


class HealthStatus(BaseModel):
    """The check succeeded."""

    status: str = Field("ok", examples=["ok"])


@router.get("/healthz", operation_id="health_live", summary="Liveness probe")
async def liveness() -> HealthStatus:
    """Answer as long as the process runs. Needs no token."""
    return HealthStatus()


@router.get(
    "/readyz",
    operation_id="health_ready",
    summary="Readiness probe",
    responses=responses(RefusalCode.UNAVAILABLE),
)
async def readiness(context: Context) -> HealthStatus:
    """Answer `503` unless Temporal and the database respond and are set up for this version."""
    if not await context.readiness.check():
        raise Problem(RefusalCode.UNAVAILABLE)
    return HealthStatus()


@router.get("/openapi.json", include_in_schema=False)
async def document(request: Request) -> Response:
    """Return the OpenAPI document; `304` if the caller has it already."""
    app: DocumentedAPI = request.app
    found = app.document
    headers = {"etag": found.etag, "cache-control": "no-cache"}
    if found.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(found.body, headers=headers, media_type="application/json")


@router.get(
    "/metrics",
    operation_id="metrics_get",
    summary="Metrics for Prometheus",
    response_class=PlainTextResponse,
    responses={200: {"description": "The metrics", "content": _EXAMPLE}},
)
async def metrics(request: Request, context: Context, caller: OperatorCaller) -> Response:
    """Return the gateway's metrics in the text format of Prometheus."""
    reject_unknown_parameters(request)
    with suppress(DatabaseUnavailable):
        WEBHOOKS_STOPPED.set(await are_webhooks_stopped(context.database))
        LOST_TICKETS.set(len(await list_lost_tickets(context.database)))
    return handle_metrics(request)
