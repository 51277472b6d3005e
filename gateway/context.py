"""What every request of the gateway may use; opened once, when the gateway starts."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import Depends, Request
from temporalio.client import Client

from adapters.email.renderer import EmailRenderer
from adapters.http.webhook_client import WebhookClient
from adapters.postgres.database import Database
from adapters.security.jwt import JwtVerifier
from domain.partners.channels import CsvChannel
from domain.partners.profile import PartnerProfile
from gateway.http.rate_limits import RequestRateLimiter
from process.health.readiness import Readiness
from settings.gateway import GatewaySettings

_DUMMY_SECRET: Final = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


@dataclass(frozen=True)
class AppContext:
    """Settings, partner profiles and secrets (by name), clients, e-mail texts and rate limits."""

    settings: GatewaySettings
    profiles: Mapping[str, PartnerProfile]
    secrets: Mapping[str, str]
    database: Database
    temporal: Client
    tokens: JwtVerifier
    emails: EmailRenderer
    http: WebhookClient
    readiness: Readiness
    limits: RequestRateLimiter = field(default_factory=RequestRateLimiter)

    @property
    def now(self) -> datetime:
        """The current time in UTC."""
        return datetime.now(UTC)

    def partner_secrets(self, partner_id: str) -> list[str]:
        """Return a partner's secrets, padded with a dummy to the longest list of any partner.

        So a wrong signature takes the same time for every partner, known or not.
        """
        profile = self.profiles.get(partner_id)
        channel = profile.channel if profile else None
        name = None if channel is None or isinstance(channel, CsvChannel) else channel.secret
        own = self.secrets[name].split() if name else []
        max_secrets = max((len(one.split()) for one in self.secrets.values()), default=1)
        return own + [_DUMMY_SECRET] * (max_secrets - len(own))


def _context(request: Request) -> AppContext:
    context: AppContext = request.app.state.context
    return context


Context = Annotated[AppContext, Depends(_context)]
"""The type of a route's parameter that receives the context."""
