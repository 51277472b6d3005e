"""What every background job may use."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from temporalio.client import Client

from adapters.http.webhook_client import WebhookClient
from adapters.postgres.clock import utc_now
from adapters.postgres.database import Database


@dataclass(frozen=True)
class WebhookTarget:
    """Where the platform receives webhooks, and the secrets that sign them."""

    url: str
    secrets: str


@dataclass(frozen=True)
class JobContext:
    """The database, Temporal, and the platform's webhook endpoint if it has one."""

    database: Database
    temporal: Client
    http: WebhookClient
    webhooks: WebhookTarget | None = None
    now: Callable[[], datetime] = utc_now
