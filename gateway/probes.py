"""Whether the gateway lives and can work, and its figures for Prometheus."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel, Field
from starlette_exporter import handle_metrics

from domain.errors import DatabaseUnavailable
from gateway.callers import Operator
from gateway.parts import Have
from gateway.problems import Problem, responses
from gateway.temporal import is_there, leads_to_temporal

router = APIRouter(tags=["operation"])
_EXAMPLE: Final = {"text/plain": {"example": "gateway_requests_in_progress 1.0\n"}}


class Well(BaseModel):
    """All is well."""

    status: str = Field("ok", examples=["ok"])


@router.get("/healthz")
async def lives() -> Well:
    """Say that the gateway lives. Needs no token, tells nothing else."""
    return Well()


@router.get("/readyz", responses=responses("unavailable"))
async def can_work(have: Have) -> Well:
    """Say whether Temporal and the database answer: with `503`, send calls elsewhere."""
    try:
        await is_there(have.postgres)
    except DatabaseUnavailable:
        raise Problem("unavailable") from None
    if not await leads_to_temporal(have.client):
        raise Problem("unavailable")
    return Well()


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses={200: {"description": "The figures", "content": _EXAMPLE}},
)
def figures(request: Request, caller: Operator) -> Response:
    """Tell the gateway's figures, in Prometheus's text format."""
    return handle_metrics(request)
