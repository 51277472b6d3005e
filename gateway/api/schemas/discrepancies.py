"""Discrepancies: messages that contradict a ticket and could not change it."""

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from gateway.api.schemas.commands import NonEmptyText
from gateway.json_types import JsonObject

_EXAMPLE: Final[JsonObject] = {
    "discrepancy_id": 17,
    "number": "ZW-4KQ7-P9XT-M2AB-C",
    "message": "partner_outcome",
    "message_id": "evt-9",
    "actor": "partner:velotel",
    "code": "ticket_closed",
    "at": "2026-11-20T09:00:00Z",
    "body": {"outcome": "rejected", "reason_code": "order_returned"},
    "closed_at": None,
    "closed_by": None,
    "closing_note": None,
}


class Discrepancy(BaseModel):
    """A message that contradicts a ticket and changed nothing; `code` says why. `closed_by` is the
    agent who resolved it.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    discrepancy_id: int
    number: str
    message: str
    message_id: str
    actor: str
    code: str
    at: datetime
    body: JsonObject = {}
    closed_at: datetime | None = None
    closed_by: str | None = None
    closing_note: str | None = None


class DiscrepancyPage(BaseModel):
    """A page of discrepancies, oldest first. `next` is the cursor of the next page, or null."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"discrepancies": [_EXAMPLE], "next": 17}]}
    )

    discrepancies: list[Discrepancy]
    next: int | None = None


class DiscrepancyClosureRequest(BaseModel):
    """How a discrepancy was resolved."""

    note: NonEmptyText = Field(examples=["The shop accepts the return."])
