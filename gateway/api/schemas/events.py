"""Pages of the event feed."""

from typing import Final

from pydantic import BaseModel, Field

from background.ticket_event import TicketEvent

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


class EventPage(BaseModel):
    """Events in their order. `next` is the cursor of the next page, also if there is none yet."""

    events: list[TicketEvent] = Field(examples=[[_EVENT]])
    next: str = Field(examples=["4711"])
