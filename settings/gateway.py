"""Settings of the gateway."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from settings.field_types import BaseUrl, BindAddress, Networks, PlainUrl, SigningSecrets
from settings.runtime import ServiceSettings


class GatewaySettings(ServiceSettings):
    """Settings of the gateway."""

    public_url: Annotated[
        BaseUrl,
        Field(
            alias="TICKETS_PUBLIC_URL",
            description="scheme and host alone",
            examples=["https://tickets.rewards.example"],
        ),
    ]
    """Where members, partners and agents reach the pages."""
    signing_secret: Annotated[
        SigningSecrets,
        Field(
            alias="TICKETS_SIGNING_SECRET",
            description="at least 32 random characters, from openssl rand -hex 32",
        ),
    ]
    """Signs sessions, forms, and the links in members' e-mails."""
    bind: Annotated[
        BindAddress,
        Field(
            alias="TICKETS_GATEWAY_BIND",
            description="host:port or [IPv6]:port",
            examples=["0.0.0.0:8000"],
        ),
    ] = "127.0.0.1:8000"
    connections: Annotated[
        int,
        Field(
            alias="TICKETS_GATEWAY_CONNECTIONS",
            description="a whole number from 20 to 100000",
            examples=["4000"],
            ge=20,
            le=100_000,
        ),
    ] = 1000
    """Open connections at the same time; fewer if the process may open fewer files."""
    keep_alive: Annotated[
        int,
        Field(
            alias="TICKETS_GATEWAY_KEEP_ALIVE",
            description="seconds from 1 to 3600",
            examples=["75"],
            ge=1,
            le=3600,
        ),
    ] = 75
    """Seconds that an idle connection stays open: longer than the proxy's."""
    trusted_proxies: Annotated[
        Networks,
        Field(
            alias="TICKETS_TRUSTED_PROXIES",
            description="addresses or networks, separated by commas",
            examples=["10.0.0.0/8,::1"],
        ),
    ] = "127.0.0.1,::1"
    """Proxies whose `X-Forwarded-For` and `-Proto` are trusted."""
    jwt_issuer: Annotated[
        str,
        Field(
            alias="TICKETS_JWT_ISSUER",
            description="the `iss` of the platform's tokens",
            examples=["https://platform.rewards.example"],
            min_length=1,
        ),
    ]
    jwt_audience: Annotated[
        str,
        Field(
            alias="TICKETS_JWT_AUDIENCE",
            description="the `aud` of the platform's tokens",
            examples=["support-tickets"],
            min_length=1,
        ),
    ]
    jwt_secret: Annotated[
        SigningSecrets | None,
        Field(
            alias="TICKETS_JWT_SECRET",
            description="at least 32 random characters, from openssl rand -hex 32",
        ),
    ] = None
    jwks_url: Annotated[
        PlainUrl | None,
        Field(
            alias="TICKETS_JWKS_URL",
            description="an http or https URL",
            examples=["https://platform.rewards.example/jwks.json"],
        ),
    ] = None
    """The issuer's key set."""
    jwt_max_lifetime: Annotated[
        timedelta,
        Field(
            alias="TICKETS_JWT_MAX_LIFETIME",
            description="an ISO 8601 duration of at most 31 days",
            examples=["PT1H"],
            gt=timedelta(0),
            le=timedelta(days=31),
        ),
    ] = timedelta(hours=24)
    """From `iat` to `exp`; a token with a longer lifetime is rejected."""
    temporal_ui_url: Annotated[
        PlainUrl | None,
        Field(
            alias="TICKETS_TEMPORAL_UI_URL",
            description="an http or https URL",
            examples=["https://temporal.rewards.example"],
        ),
    ] = None
    """Where agents see a ticket's workflow; without it the agent pages have no such link."""
