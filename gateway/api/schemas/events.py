"""Events of the feed: one for each transition of a ticket."""

from datetime import datetime
from typing import Final

from pydantic import BaseModel, Field

from domain.tickets.lifecycle import Event, State

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
