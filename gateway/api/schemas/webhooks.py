"""Webhooks, as operators see them."""

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, Field

_WEBHOOK: Final = {
    "event_id": "4711",
    "number": "ZW-4KQ7-P9XT-M2AB-C",
    "attempts": 4,
    "next_attempt_at": "2026-10-09T08:02:15Z",
    "expires_at": "2026-10-12T08:00:00Z",
    "last_error": "answered 503",
}


class Redelivery(BaseModel):
    """The event's webhook will be sent again, with retries for three days."""

    event_id: str = Field(examples=["4711"])
    status: Literal["pending"] = "pending"


class WebhookDelivery(BaseModel):
    """The delivery of a webhook; `next_attempt_at` is null if it was given up."""

    event_id: str
    number: str
    attempts: int
    next_attempt_at: datetime | None
    expires_at: datetime
    last_error: str | None


class WebhookPage(BaseModel):
    """Webhooks by event id. `next` is the cursor of the next page."""

    webhooks: list[WebhookDelivery] = Field(examples=[[_WEBHOOK]])
    next: str = Field(examples=["4711"])
