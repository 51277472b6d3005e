"""What every call of the gateway may use: opened once, when the gateway starts."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from temporalio.client import Client

from adapters.email.renderer import LetterBook
from adapters.http.webhook_client import PartnerDoor
from adapters.postgres.database import Postgres
from adapters.security.jwt import BearerTokens
from domain.partners.profile import CsvChannel, PartnerProfile
from gateway.http.rate_limits import RequestRateLimiter
from gateway.readiness import Readiness
from settings import GatewaySettings

_DUMMY_SECRET: Final = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


@dataclass(frozen=True)
class AppContext:
    """The books, Temporal, the partners' files and secrets (by their names), words and limits."""

    settings: GatewaySettings
    profiles: Mapping[str, PartnerProfile]
    secrets: Mapping[str, str]
    postgres: Postgres
    temporal: Client
    tokens: BearerTokens
    emails: LetterBook
    http: PartnerDoor
    readiness: Readiness = field(default_factory=Readiness)
    limits: RequestRateLimiter = field(default_factory=RequestRateLimiter)

    @property
    def now(self) -> datetime:
        """This moment, in UTC."""
        return datetime.now(UTC)

    def partner_secrets(self, partner_id: str) -> list[str]:
        """Return a partner's secrets, filled up to as many as any has with one that nobody knows:
        so a wrong signature takes the same time for every partner, and for none.
        """
        profile = self.profiles.get(partner_id)
        channel = profile.channel if profile else None
        name = None if channel is None or isinstance(channel, CsvChannel) else channel.secret
        own = self.secrets[name].split() if name else []
        most = max((len(one.split()) for one in self.secrets.values()), default=1)
        return own + [_DUMMY_SECRET] * (most - len(own))


def _context(request: Request) -> AppContext:
    context: AppContext = request.app.state.context
    return context


Context = Annotated[AppContext, Depends(_context)]
"""Asks for the parts in the signature of a call."""

JsonObject = dict[str, Any]
