"""Every move, for the platform: with a cursor, and as signed webhooks (`webhooks.py` sends them).

An event's id is its place in one order of all moves: whoever reads on after the last id seen misses
none, and a webhook carries it as `webhook-id`.
"""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from adapters.postgres.event_log import Placed, events_after, place_moves, redeliver, webhooks
from domain.tickets.lifecycle import Event, State
from gateway.background.webhook_backoff import LASTING
from gateway.context import Have, Parts
from gateway.http.auth import CallRoute, Operator, OperatorOrPlatform, Platform
from gateway.http.problems import Problem, responses
from gateway.http.security_log import SecurityEvent, tell

router = APIRouter(prefix="/v1", tags=["events"], route_class=CallRoute)
MOST: Final = 1000
_HIGHEST: Final = 9 * 10**18  # of what a bigint holds, as the document can write it
After = Annotated[
    int, Query(ge=0, le=_HIGHEST, description="The `next` of the page before; 0 from the start.")
]
EventId = Annotated[int, Path(ge=1, le=_HIGHEST, examples=[4711])]
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
_EVENT: Final = {
    "event_id": "4711",
    "number": "ZW-4KQ7-P9XT-M2AB-C",
    "seq": 3,
    "event": "partner_confirmed",
    "from": "sent_to_partner",
    "to": "awaiting_cancellation_period",
    "at": "2026-10-09T08:00:00Z",
    "reason_code": None,
    "actor": "partner:velotel",
}
_WEBHOOK: Final = {
    "event_id": "4711",
    "number": "ZW-4KQ7-P9XT-M2AB-C",
    "attempts": 4,
    "next_try_at": "2026-10-09T08:02:15Z",
    "until": "2026-10-12T08:00:00Z",
    "failure": "answered 503",
}
_REFUSED: Final = ("malformed", "unauthorised", "forbidden", "unavailable")


class TicketEvent(BaseModel):
    """A ticket moved: the `seq`th move of the ticket `number`, `from` a state `to` another."""

    event_id: str
    number: str
    seq: int
    event: Event
    from_state: State = Field(alias="from")
    to: State
    at: datetime
    reason_code: str | None = None
    actor: str


class EventPage(BaseModel):
    """Events in their order; `next` goes on after them, also when there are none yet."""

    events: list[TicketEvent] = Field(examples=[[_EVENT]])
    next: str = Field(examples=["4711"])


class Redelivery(BaseModel):
    """The event's webhook is sent anew, and again for three days if need be."""

    event_id: str = Field(examples=["4711"])
    status: Literal["pending"] = "pending"


class WebhookDelivery(BaseModel):
    """A webhook: when it is tried next (never: it was given up), until when, what went wrong."""

    event_id: str
    number: str
    attempts: int
    next_try_at: datetime | None
    until: datetime
    failure: str | None


class WebhookPage(BaseModel):
    """Webhooks by their event's place; `next` goes on after them."""

    webhooks: list[WebhookDelivery] = Field(examples=[[_WEBHOOK]])
    next: str = Field(examples=["4711"])


def webhooks_for(parts: Parts) -> timedelta | None:
    """Return how long webhooks are tried; `None` where the platform has no address for them."""
    return LASTING if parts.settings.webhook_url else None


def as_event(placed: Placed) -> TicketEvent:
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
    have: Have, caller: Platform, after: After = 0, limit: Limit = 100
) -> EventPage:
    """Read every move since a cursor, those of the caller's accounts.

    Claims that were refused belong to no account in the books: their moves are told to a caller
    who speaks for all.
    """
    await place_moves(have.postgres, webhooks_for(have))
    found, last = await events_after(have.postgres, after, limit, caller.accounts)
    return EventPage(events=[as_event(one) for one in found], next=str(last))


@router.post(
    "/events/{event_id}/redelivery",
    status_code=202,
    responses=responses(*_REFUSED, "unknown_event", "not_possible_now"),
)
async def redeliver_event(have: Have, caller: OperatorOrPlatform, event_id: EventId) -> Redelivery:
    """Send an event's webhook once more."""
    if not have.settings.webhook_url:
        raise Problem("not_possible_now")
    accounts = None if "operator" in caller.roles else caller.accounts
    if not await redeliver(have.postgres, event_id, LASTING, accounts):
        raise Problem("unknown_event")
    tell(SecurityEvent.OPERATOR_ACTED, actor=caller.subject, act="redelivery", event_id=event_id)
    return Redelivery(event_id=str(event_id))


@router.get("/webhooks", responses=responses(*_REFUSED))
async def list_webhooks(
    have: Have,
    caller: Operator,
    state: Literal["failed", "pending"] = "failed",
    after: After = 0,
    limit: Limit = 100,
) -> WebhookPage:
    """List webhooks that were given up (`failed`), or wait for their next attempt."""
    found = await webhooks(have.postgres, state == "failed", after, limit)
    tell(SecurityEvent.OPERATOR_ACTED, actor=caller.subject, act="list_webhooks")
    last = found[-1]["position"] if found else after
    listed = [
        WebhookDelivery.model_validate(one | {"event_id": str(one["position"])}) for one in found
    ]
    return WebhookPage(webhooks=listed, next=str(last))
