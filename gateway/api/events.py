"""Every move, for the platform: with a cursor, and as signed webhooks (`webhooks.py` sends them).

An event's id is its place in one order of all moves: whoever reads on after the last id seen misses
none, and a webhook carries it as `webhook-id`.
"""

from datetime import timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query

from adapters.postgres.event_log import Placed, events_after, place_moves, redeliver, webhooks
from gateway.api.schemas.events import EventPage, TicketEvent
from gateway.api.schemas.webhooks import Redelivery, WebhookDelivery, WebhookPage
from gateway.background.webhook_backoff import LASTING
from gateway.context import AppContext, Context
from gateway.http.auth import ApiRoute, OperatorCaller, OperatorOrPlatformCaller, PlatformCaller
from gateway.http.problems import Problem, responses
from gateway.http.security_log import SecurityEvent, log_event

router = APIRouter(prefix="/v1", tags=["events"], route_class=ApiRoute)
MAX_PAGE_SIZE: Final = 1000
_MAX_BIGINT: Final = 9 * 10**18  # of what a bigint holds, as the document can write it
After = Annotated[
    int, Query(ge=0, le=_MAX_BIGINT, description="The `next` of the page before; 0 from the start.")
]
EventId = Annotated[int, Path(ge=1, le=_MAX_BIGINT, examples=[4711])]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE, description="How many at most.")]
_REFUSED: Final = ("malformed", "unauthorised", "forbidden", "unavailable")


def webhook_retry_window(context: AppContext) -> timedelta | None:
    """Return how long webhooks are tried; `None` where the platform has no address for them."""
    return LASTING if context.settings.webhook_url else None


def to_event(placed: Placed) -> TicketEvent:
    """Write an event as the platform's feed tells it."""
    return TicketEvent.model_validate(
        {
            "event_id": str(placed.position),
            "number": placed.number,
            "seq": placed.seq,
            "event": placed.event,
            "from": placed.from_state,
            "to": placed.to_state,
            "at": placed.at,
            "reason_code": placed.reason_code,
            "actor": placed.actor,
        }
    )


@router.get("/events", responses=responses(*_REFUSED))
async def read_events(
    context: Context, caller: PlatformCaller, after: After = 0, limit: Limit = 100
) -> EventPage:
    """Read every move since a cursor, those of the caller's accounts.

    Claims that were refused belong to no account in the books: their moves are told to a caller
    who speaks for all.
    """
    await place_moves(context.postgres, webhook_retry_window(context))
    found, last = await events_after(context.postgres, after, limit, caller.accounts)
    return EventPage(events=[to_event(one) for one in found], next=str(last))


@router.post(
    "/events/{event_id}/redelivery",
    status_code=202,
    responses=responses(*_REFUSED, "unknown_event", "action_not_allowed"),
)
async def redeliver_event(
    context: Context, caller: OperatorOrPlatformCaller, event_id: EventId
) -> Redelivery:
    """Send an event's webhook once more."""
    if not context.settings.webhook_url:
        raise Problem("action_not_allowed")
    accounts = None if "operator" in caller.roles else caller.accounts
    if not await redeliver(context.postgres, event_id, LASTING, accounts):
        raise Problem("unknown_event")
    log_event(
        SecurityEvent.OPERATOR_ACTED, actor=caller.subject, act="redelivery", event_id=event_id
    )
    return Redelivery(event_id=str(event_id))


@router.get("/webhooks", responses=responses(*_REFUSED))
async def list_webhooks(
    context: Context,
    caller: OperatorCaller,
    state: Literal["failed", "pending"] = "failed",
    after: After = 0,
    limit: Limit = 100,
) -> WebhookPage:
    """List webhooks that were given up (`failed`), or wait for their next attempt."""
    found = await webhooks(context.postgres, state == "failed", after, limit)
    log_event(SecurityEvent.OPERATOR_ACTED, actor=caller.subject, act="list_webhooks")
    last = found[-1]["position"] if found else after
    listed = [
        WebhookDelivery.model_validate(one | {"event_id": str(one["position"])}) for one in found
    ]
    return WebhookPage(webhooks=listed, next=str(last))
