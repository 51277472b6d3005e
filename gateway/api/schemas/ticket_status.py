"""What a member sees of a ticket: no contact, no agents' names, no notes."""

from datetime import date, datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.partners.claim_kind import ClaimKind
from domain.tickets.states import Event, State
from gateway.api.schemas.money import MonetaryAmount
from gateway.api.schemas.tickets import CodedText

_STATUS: Final[dict[str, Any]] = {
    "number": "ZW-4KQ7-P9XT-M2AB-C",
    "partner": "Velotel",
    "kind": "missing_cashback",
    "ordered_on": "2026-10-01",
    "clicked_on": "2026-09-30",
    "order_number": "…31-9",
    "state": "sent_to_partner",
    "step": 2,
    "since": "2026-10-20T12:00:02Z",
    "waiting_for": "partner",
    "next_deadline": "2026-11-03T22:59:59Z",
    "promised": {"amount": "40.00", "currency": "PLN"},
    "history": [
        {
            "event": "claim_accepted",
            "at": "2026-10-20T12:00:00Z",
            "text": "We received your claim.",
        },
        {
            "event": "claim_sent",
            "at": "2026-10-20T12:00:02Z",
            "text": "We sent your claim to Velotel.",
        },
    ],
}
ActingParty = Literal["partner", "hold", "member", "cancellation_period"]


class StatusEvent(BaseModel):
    """An event in the ticket's history, as a sentence."""

    event: Event
    at: datetime
    text: str = Field(examples=["Sent to Velotel"])


class TicketStatus(BaseModel):
    """Where a ticket stands.

    `step`: 1 filed, 2 with the partner, 3 answered, 4 until the order can no longer be cancelled,
    5 done. `waiting_for` is null once the ticket is closed. `order_number` shows its last four
    characters.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_STATUS]})

    number: str = Field(examples=["ZW-4KQ7-P9XT-M2AB-C"])
    partner: str = Field(examples=["Velotel"])
    kind: ClaimKind
    ordered_on: date | None = None
    clicked_on: date | None = None
    order_number: str | None = Field(None, examples=["…31-9"])
    state: State
    step: int = Field(ge=1, le=5)
    since: datetime
    waiting_for: ActingParty | None = None
    next_deadline: datetime | None = None
    reason: CodedText | None = None
    promised: MonetaryAmount | None = None
    confirmed: MonetaryAmount | None = None
    granted: MonetaryAmount | None = None
    history: list[StatusEvent]


class StatusLink(BaseModel):
    """A new link to the ticket's status page; all earlier ones are invalid."""

    url: str = Field(
        examples=["https://tickets.example/tickets/ZW-4KQ7-P9XT-M2AB-C/status?token=…"]
    )
