"""Settings of the worker."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field

from domain.errors import InvalidConfiguration
from domain.partners.channels import EmailChannel
from domain.partners.profile import PartnerProfile
from settings.field_types import BaseUrl, BindAddress, SigningSecrets
from settings.runtime import ServiceSettings
from settings.secrets import EXPECTED_WEBHOOK_SECRET, are_webhook_secrets


def _check_webhook_secrets(secrets: str) -> str:
    if not are_webhook_secrets(secrets):
        raise ValueError
    return secrets


WebhookSecrets = Annotated[str, AfterValidator(_check_webhook_secrets)]


class WorkerSettings(ServiceSettings):
    """Settings of the worker."""

    smtp_url: Annotated[
        str,
        Field(
            alias="SMTP_URL",
            description="smtp://, smtps:// or smtp+verify://, then [user:password@]host:port",
            examples=["smtp+verify://user:password@mail.example:587"],
            pattern=r"^(smtps?|smtp\+verify)://",
        ),
    ]
    mail_from: Annotated[
        str,
        Field(
            alias="TICKETS_MAIL_FROM",
            description="an address, with a name or without",
            examples=["Rewards <tickets@rewards.example>"],
            min_length=3,
        ),
    ]
    metrics_bind: Annotated[
        BindAddress | None,
        Field(
            alias="TICKETS_METRICS_BIND",
            description="address:port or [IPv6]:port",
            examples=["0.0.0.0:9090"],
        ),
    ] = None
    health_bind: Annotated[
        BindAddress | None,
        Field(
            alias="TICKETS_HEALTH_BIND",
            description="host:port or [IPv6]:port",
            examples=["0.0.0.0:8081"],
        ),
    ] = None
    """Where the worker answers `/healthz` and `/readyz`."""
    public_url: Annotated[
        BaseUrl | None,
        Field(
            alias="TICKETS_PUBLIC_URL",
            description="scheme and host alone",
            examples=["https://tickets.rewards.example"],
        ),
    ] = None
    signing_secret: Annotated[
        SigningSecrets | None,
        Field(
            alias="TICKETS_SIGNING_SECRET",
            description="at least 32 random characters, from openssl rand -hex 32",
        ),
    ] = None
    """With both, the e-mail that asks a member for information links to the page for the answer."""
    webhook_secret: Annotated[
        WebhookSecrets | None,
        Field(alias="TICKETS_WEBHOOK_SECRET", description=EXPECTED_WEBHOOK_SECRET),
    ] = None


def public_base_url(settings: WorkerSettings, profiles: Iterable[PartnerProfile]) -> str:
    """Return the base URL of the pages that e-mails link to, without a final slash; "" if unused.

    Raises `InvalidConfiguration` if it is not set although a partner is served by e-mail.
    """
    for profile in profiles:
        if isinstance(profile.channel, EmailChannel) and not settings.public_url:
            expected = f"expected a URL such as https://…: {profile.rules.id} is served by e-mail"
            raise InvalidConfiguration("environment", "TICKETS_PUBLIC_URL", expected)
    return (settings.public_url or "").rstrip("/")
