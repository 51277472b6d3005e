"""Discrepancies for agents: the open ones, and closing one."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Path, Query

from adapters.postgres.agents.discrepancies import close_discrepancy, list_open_discrepancies
from adapters.postgres.agents.discrepancy_row import DiscrepancyRow
from domain.codes import RefusalCode
from domain.values.stored import read_stored
from gateway.api.schemas.discrepancies import (
    Discrepancy,
    DiscrepancyClosureRequest,
    DiscrepancyPage,
)
from gateway.context import AppContext, Context
from gateway.http.auth import AgentCaller, ApiRoute
from gateway.http.problems import Problem, responses
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_event, log_search

router = APIRouter(prefix="/v1", tags=["tickets"], route_class=ApiRoute)
_PROBLEMS: Final = (
    RefusalCode.MALFORMED,
    RefusalCode.UNAUTHORISED,
    RefusalCode.FORBIDDEN,
    RefusalCode.UNAVAILABLE,
)
_MAX_BIGINT: Final = 2**63 - 1


@router.get(
    "/discrepancies",
    operation_id="discrepancies_list",
    summary="List open discrepancies",
    responses=responses(*_PROBLEMS),
)
async def list_discrepancies(
    context: Context,
    caller: AgentCaller,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    after: Annotated[
        int | None, Query(ge=0, le=_MAX_BIGINT, description="`next` of the previous page.")
    ] = None,
) -> DiscrepancyPage:
    """List discrepancies that no agent has closed, oldest first, one page at a time."""
    rows = await list_open_discrepancies(context.database, limit + 1, after)
    page = [to_discrepancy(row) for row in rows[:limit]]
    log_search(caller.subject, ["discrepancies"], len(page))
    return DiscrepancyPage(
        discrepancies=page, next=page[-1].discrepancy_id if len(rows) > limit else None
    )


@router.post(
    "/discrepancies/{discrepancy_id}/closure",
    operation_id="discrepancies_close",
    summary="Close a discrepancy",
    responses=responses(*_PROBLEMS, RefusalCode.UNKNOWN_DISCREPANCY),
)
async def close(
    context: Context,
    caller: AgentCaller,
    discrepancy_id: Annotated[int, Path(ge=0, le=_MAX_BIGINT, examples=[17])],
    closure: Annotated[DiscrepancyClosureRequest, Body()],
) -> Discrepancy:
    """Close a discrepancy with a note on its solution. A closed one is returned unchanged."""
    return await close_and_log(context, discrepancy_id, caller.actor, closure.note)


async def close_and_log(
    context: AppContext, discrepancy_id: int, actor: str, note: str
) -> Discrepancy:
    """Close a discrepancy for an agent and record that in the security log.

    Raises `unknown_discrepancy`.
    """
    row = await close_discrepancy(context.database, discrepancy_id, actor, note)
    if row is None:
        raise Problem(RefusalCode.UNKNOWN_DISCREPANCY)
    log_event(
        SecurityEvent.TICKET_ACTED_ON,
        action="close_discrepancy",
        actor=actor,
        number=row.number,
        request=str(discrepancy_id),
    )
    return to_discrepancy(row)


def to_discrepancy(row: DiscrepancyRow) -> Discrepancy:
    """Build the view of a discrepancy from its row."""
    return read_stored(Discrepancy, row.model_dump())
