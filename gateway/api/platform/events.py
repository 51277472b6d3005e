"""The event feed: every transition of a ticket in one sequence, read with a cursor.

An event's id is its sequence number: a reader that continues after the last id it has seen misses
no event. Webhooks carry the same id as `webhook-id`.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Query

from adapters.postgres.platform.event_log import events_after, sequence_transitions
from background.ticket_event import to_event
from background.webhook_backoff import RETRY_WINDOW
from domain.codes import RefusalCode
from gateway.api.schemas.events import EventPage
from gateway.context import Context
from gateway.http.auth import ApiRoute, PlatformCaller
from gateway.http.problems import responses

router = APIRouter(prefix="/v1", tags=["events"], route_class=ApiRoute)
MAX_PAGE_SIZE: Final = 1000
MAX_BIGINT: Final = 9 * 10**18
"""The largest event id: a bigint of PostgreSQL, rounded down to what JSON programs can write."""
AfterQuery = Annotated[
    int, Query(ge=0, le=MAX_BIGINT, description="`next` of the previous page; 0 for the start.")
]
LimitQuery = Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE, description="The size of a page.")]
PROBLEMS: Final = (
    RefusalCode.MALFORMED,
    RefusalCode.UNAUTHORISED,
    RefusalCode.FORBIDDEN,
    RefusalCode.UNAVAILABLE,
)


@router.get(
    "/events", operation_id="events_list", summary="List events", responses=responses(*PROBLEMS)
)
async def list_events(
    context: Context, caller: PlatformCaller, after: AfterQuery = 0, limit: LimitQuery = 100
) -> EventPage:
    """List the transitions of the caller's accounts after a cursor.

    Refused claims belong to no stored account: a caller with access to all accounts sees their
    transitions.
    """
    retry_window = RETRY_WINDOW if context.settings.webhook_url else None
    await sequence_transitions(
        context.database, retry_window
    )  # a caller sees what it has just caused
    found, last = await events_after(context.database, after, limit, caller.accounts)
    return EventPage(events=[to_event(one) for one in found], next=str(last))
