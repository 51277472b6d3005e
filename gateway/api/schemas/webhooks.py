"""Webhooks, as operators see them."""

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, Field

_WEBHOOK: Final = {
    "event_id": "4711",
    "number": "ZW-4KQ7-P9XT-M2AB-C",
    "attempts": 4,
    "next_try_at": "2026-10-09T08:02:15Z",
    "until": "2026-10-12T08:00:00Z",
    "failure": "answered 503",
}


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
