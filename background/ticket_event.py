"""An event as the feed and the webhooks send it (docs/contract.md)."""

from datetime import datetime

from pydantic import BaseModel, Field

from adapters.postgres.platform.event_log import SequencedEvent
from domain.tickets.states import Event, State
from domain.values.stored import read_stored


class TicketEvent(BaseModel):
    """A transition of a ticket: its `seq`th one, `from` one state `to` another."""

    event_id: str
    number: str
    seq: int
    event: Event
    from_state: State = Field(alias="from")
    to: State
    at: datetime
    reason_code: str | None = None
    actor: str


def to_event(event: SequencedEvent) -> TicketEvent:
    """Build the event of a sequenced transition; its id is the sequence number."""
    return read_stored(
        TicketEvent,
        {
            "event_id": str(event.sequence),
            "number": event.number,
            "seq": event.seq,
            "event": event.event,
            "from": event.from_state,
            "to": event.to_state,
            "at": event.at,
            "reason_code": event.reason_code,
            "actor": event.actor,
        },
    )
