"""Settings of the gateway."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from settings.field_types import BaseUrl, BindAddress, Networks, PlainUrl, SigningSecrets
from settings.runtime import ServiceSettings


class GatewaySettings(ServiceSettings):
    """Settings of the gateway."""

    public_url: Annotated[BaseUrl, Field(alias="TICKETS_PUBLIC_URL")]
    """Where members, partners and agents reach the pages."""
    signing_secret: Annotated[SigningSecrets, Field(alias="TICKETS_SIGNING_SECRET")]
    """Signs sessions, forms, and the links in members' e-mails."""
    bind: Annotated[BindAddress, Field(alias="TICKETS_GATEWAY_BIND")] = "127.0.0.1:8000"
    connections: Annotated[int, Field(alias="TICKETS_GATEWAY_CONNECTIONS", ge=20, le=100_000)] = (
        1000
    )
    """Open connections at the same time; fewer if the process may open fewer files."""
    keep_alive: Annotated[int, Field(alias="TICKETS_GATEWAY_KEEP_ALIVE", ge=1, le=3600)] = 75
    """Seconds that an idle connection stays open: longer than the proxy's."""
    trusted_proxies: Annotated[Networks, Field(alias="TICKETS_TRUSTED_PROXIES")] = "127.0.0.1,::1"
    """Proxies whose `X-Forwarded-For` and `-Proto` are trusted."""
    jwt_issuer: Annotated[str, Field(alias="TICKETS_JWT_ISSUER", min_length=1)]
    jwt_audience: Annotated[str, Field(alias="TICKETS_JWT_AUDIENCE", min_length=1)]
    jwt_secret: Annotated[SigningSecrets | None, Field(alias="TICKETS_JWT_SECRET")] = None
    jwks_url: Annotated[PlainUrl | None, Field(alias="TICKETS_JWKS_URL")] = None
    """The issuer's key set."""
    jwt_max_lifetime: Annotated[
        timedelta, Field(alias="TICKETS_JWT_MAX_LIFETIME", gt=timedelta(0), le=timedelta(days=31))
    ] = timedelta(hours=24)
    """From `iat` to `exp`; a token with a longer lifetime is rejected."""
    temporal_ui_url: Annotated[PlainUrl | None, Field(alias="TICKETS_TEMPORAL_UI_URL")] = None
    """Where agents see a ticket's workflow; without it the agent pages have no such link."""
