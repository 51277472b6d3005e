"""Settings, all from the environment; a missing, malformed or misspelt one ends the process, named.

Temporal's own settings (`TEMPORAL_*`, `temporal.toml`) are read by its SDK.
"""

import difflib
import os
from collections.abc import Iterable, Mapping
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, Field, HttpUrl, PostgresDsn, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import InvalidConfiguration
from domain.partners.profile import EmailChannel, HttpChannel, PartnerProfile
from domain.values.email_addresses import EmailAddress
from domain.values.network_hosts import is_public_https_url
from domain.values.secrets import MIN_SECRET_LENGTH, is_weak
from secret_settings import (
    EXPECTED_WEBHOOK_SECRET,
    FILE_SETTINGS,
    PARTNER_SECRET_PREFIX,
    are_webhook_secrets,
    may_come_from_file,
    reject_shared_secrets,
    with_secret_files,
)

T = TypeVar("T", bound=BaseSettings)
LOCAL_STACK_PREFIX: Final = "TICKETS_LOCAL_"
"""Ports of the local stack: `local/stack/ports.py` reads them."""


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise ValueError("expected a folder that exists")
    return path


def host_and_port(text: str) -> tuple[str, int]:
    """Take an address apart, `host:port` or `[IPv6]:port`; raises `ValueError`."""
    host, _, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    is_plain = bare and not set(bare) & set("[]/@ ") and (bare != host or ":" not in host)
    if not is_plain or not (port.isascii() and port.isdigit()) or not 0 <= int(port) <= 65535:
        raise ValueError("expected host:port such as 0.0.0.0:8000 or [::1]:8000, port to 65535")
    return bare, int(port)


def _host_port(text: str) -> str:
    host_and_port(text)
    return text


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("expected scheme and host alone, such as https://tickets.example.com")
    _ = parts.port  # raises ValueError for a port too large
    return text


_HostPort = Annotated[str, AfterValidator(_host_port)]
_Address = Annotated[str, AfterValidator(_origin), Field(pattern=r"^https?://[!#-;=?-~]+$")]


def _addresses(text: str) -> str:
    for one in text.split(","):
        ip_network(one.strip(), strict=False)
    return text


def _postgres(url: str) -> str:
    PostgresDsn(url)
    return url


def _webhook_secret(secrets: str | None) -> str | None:
    if secrets is not None and not are_webhook_secrets(secrets):
        raise ValueError(EXPECTED_WEBHOOK_SECRET)
    return secrets


def _check_secret_length(secrets: str) -> str:
    keys = [secret.encode() for secret in secrets.split()]
    if not keys or any(len(key) < MIN_SECRET_LENGTH or is_weak(key) for key in keys):
        raise ValueError(f"expected at least {MIN_SECRET_LENGTH} random characters")
    return secrets


SigningSecrets = Annotated[str, AfterValidator(_check_secret_length)]
"""A secret of our own, or several with spaces between them while it rotates: the first signs."""


class DatabaseSettings(BaseSettings):
    """What a migration needs to know."""

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True)

    database_url: Annotated[str, AfterValidator(_postgres), Field(alias="DATABASE_URL")]


class OwnerSettings(DatabaseSettings):
    """What a migration needs to know: who owns the tables, and whom it lets use them."""

    owner_url: Annotated[
        str | None,
        AfterValidator(lambda url: url and _postgres(url)),
        Field(alias="TICKETS_DATABASE_OWNER_URL"),
    ] = None
    """Without it, the role of `DATABASE_URL` owns the tables."""

    @property
    def service_role(self) -> str:
        """The role of `DATABASE_URL`."""
        return unquote(urlsplit(self.database_url).username or "")


class ServiceSettings(DatabaseSettings):
    """What both doors need to know."""

    support_email: Annotated[EmailAddress, Field(alias="TICKETS_SUPPORT_EMAIL")]
    allow_private_addresses: Annotated[bool, Field(alias="TICKETS_ALLOW_PRIVATE_ADDRESSES")] = False
    """Whether addresses may be plain http, and lie in a closed network: as in the local stack."""
    partners_dir: Annotated[Path, AfterValidator(_folder), Field(alias="TICKETS_PARTNERS_DIR")] = (
        Path("partners")
    )
    database_pool_size: Annotated[int, Field(alias="TICKETS_DATABASE_POOL_SIZE", ge=1, le=200)] = 10
    statement_cache: Annotated[
        int, Field(alias="TICKETS_DATABASE_STATEMENT_CACHE", ge=0, le=10_000)
    ] = 100
    """Prepared statements that a connection keeps: 0 behind PgBouncer in transaction mode."""
    webhook_url: Annotated[HttpUrl | None, Field(alias="TICKETS_WEBHOOK_URL")] = None
    """Where the platform receives webhooks; worker and gateway have to agree on it."""


class WorkerSettings(ServiceSettings):
    """What the worker needs to know."""

    smtp_url: Annotated[str, Field(alias="SMTP_URL", pattern=r"^(smtps?|smtp\+verify)://")]
    mail_from: Annotated[str, Field(alias="TICKETS_MAIL_FROM", min_length=3)]
    metrics_bind: Annotated[_HostPort | None, Field(alias="TICKETS_METRICS_BIND")] = None
    public_url: Annotated[_Address | None, Field(alias="TICKETS_PUBLIC_URL")] = None
    signing_secret: Annotated[SigningSecrets | None, Field(alias="TICKETS_SIGNING_SECRET")] = None
    """With both, the letter that asks the member has a link to the page for the answer."""
    worker_processes: Annotated[int, Field(alias="TICKETS_WORKER_PROCESSES", ge=1, le=1000)] = 1
    """How many worker processes share the partners' rates and concurrency."""
    webhook_secret: Annotated[
        str | None, AfterValidator(_webhook_secret), Field(alias="TICKETS_WEBHOOK_SECRET")
    ] = None


class GatewaySettings(ServiceSettings):
    """What the gateway needs to know."""

    public_url: Annotated[_Address, Field(alias="TICKETS_PUBLIC_URL")]
    """Where members, partners and agents reach the pages."""
    signing_secret: Annotated[SigningSecrets, Field(alias="TICKETS_SIGNING_SECRET")]
    """Signs sessions, forms, and the links in members' letters."""
    bind: Annotated[_HostPort, Field(alias="TICKETS_GATEWAY_BIND")] = "127.0.0.1:8000"
    connections: Annotated[int, Field(alias="TICKETS_GATEWAY_CONNECTIONS", ge=20, le=100_000)] = (
        1000
    )
    """Open connections at once; fewer where file descriptors are few."""
    keep_alive: Annotated[int, Field(alias="TICKETS_GATEWAY_KEEP_ALIVE", ge=1, le=3600)] = 75
    """Seconds between two calls on one connection: longer than the proxy's."""
    trusted_proxies: Annotated[
        str, AfterValidator(_addresses), Field(alias="TICKETS_TRUSTED_PROXIES")
    ] = "127.0.0.1,::1"
    """Proxies whose `X-Forwarded-For` and `-Proto` are believed: addresses or networks."""
    jwt_issuer: Annotated[str, Field(alias="TICKETS_JWT_ISSUER", min_length=1)]
    jwt_audience: Annotated[str, Field(alias="TICKETS_JWT_AUDIENCE", min_length=1)]
    jwt_secret: Annotated[SigningSecrets | None, Field(alias="TICKETS_JWT_SECRET")] = None
    jwks_url: Annotated[
        str | None, Field(alias="TICKETS_JWKS_URL", pattern=r"^https?://[!-~]+$")
    ] = None
    """The address of the issuer's key set (JWKS)."""
    jwt_max_lifetime: Annotated[
        timedelta,
        Field(alias="TICKETS_JWT_MAX_LIFETIME", gt=timedelta(0), le=timedelta(days=31)),
    ] = timedelta(hours=24)
    """From `iat` to `exp`; a token that lives longer is refused."""
    temporal_ui_url: Annotated[
        str | None, Field(alias="TICKETS_TEMPORAL_UI_URL", pattern=r"^https?://[!-~]+$")
    ] = None
    """Where agents see a ticket's workflow; without it there is no such link."""


def load_gateway_settings() -> GatewaySettings:
    """Read the gateway's settings; raises `InvalidConfiguration` naming the first that is wrong."""
    _reject_unknown(os.environ)
    settings = _read(GatewaySettings)
    _reject_private_addresses(settings)
    if (settings.jwt_secret is None) == (settings.jwks_url is None):
        expected = "expected this or TICKETS_JWKS_URL, and not both"
        raise InvalidConfiguration("environment", "TICKETS_JWT_SECRET", expected)
    return settings


def load_worker_settings() -> WorkerSettings:
    """Read the settings; raises `InvalidConfiguration` naming the first that is wrong."""
    _reject_unknown(os.environ)
    settings = _read(WorkerSettings)
    _reject_private_addresses(settings)
    if settings.webhook_url and not settings.webhook_secret:
        expected = "expected with TICKETS_WEBHOOK_URL"
        raise InvalidConfiguration("environment", "TICKETS_WEBHOOK_SECRET", expected)
    return settings


def load_database_url() -> str:
    """Read `DATABASE_URL` alone; raises `InvalidConfiguration`."""
    return _read(DatabaseSettings).database_url


def load_owner_settings() -> OwnerSettings:
    """Read what a migration needs alone; raises `InvalidConfiguration`."""
    return _read(OwnerSettings)


def check_secrets_and_addresses(
    settings: ServiceSettings, partners: Mapping[str, str], profiles: Iterable[PartnerProfile]
) -> None:
    """Raise `InvalidConfiguration` for a secret that serves two ends, or a partner in a closed
    network.
    """
    own = {
        str(field.alias): getattr(settings, name)
        for name, field in type(settings).model_fields.items()
        if str(field.alias).endswith("_SECRET")
    }
    reject_shared_secrets({**own, **partners})
    for profile in profiles:
        channel = profile.channel
        if isinstance(channel, HttpChannel) and not settings.allow_private_addresses:
            file = settings.partners_dir / f"{profile.rules.id}.toml"
            _reject_private_address(str(file), "channel.address", str(channel.address))


def public_base_url(settings: WorkerSettings, profiles: Iterable[PartnerProfile]) -> str:
    """Return where the pages behind our links are, without a slash at its end; "" where nobody
    needs it.

    Raises `InvalidConfiguration` if it is not set though a partner is served by mail.
    """
    for profile in profiles:
        if isinstance(profile.channel, EmailChannel) and not settings.public_url:
            expected = f"expected an address such as https://…: {profile.rules.id} gets mail"
            raise InvalidConfiguration("environment", "TICKETS_PUBLIC_URL", expected)
    return (settings.public_url or "").rstrip("/")


def _read(model: type[T]) -> T:
    told = with_secret_files(os.environ)
    filed: dict[str, Any] = {name: told[name] for name in FILE_SETTINGS if name in told}
    try:
        return model(**filed)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        missing = "missing" if first["type"] == "missing" else first["msg"]
        raise InvalidConfiguration("environment", str(first["loc"][0]), missing) from None


def _reject_private_addresses(settings: ServiceSettings) -> None:
    """Refuse plain http, and addresses in closed networks, unless they are allowed."""
    if settings.allow_private_addresses:
        return
    for name in ("public_url", "jwks_url", "webhook_url"):
        if address := getattr(settings, name, None):
            alias = str(type(settings).model_fields[name].alias)
            _reject_private_address("environment", alias, str(address))


def _reject_private_address(file: str, key: str, address: str) -> None:
    if not is_public_https_url(address):
        expected = "expected https:// and a host of the Internet (else set"
        raise InvalidConfiguration(file, key, f"{expected} TICKETS_ALLOW_PRIVATE_ADDRESSES=true)")


def _reject_unknown(environment: Mapping[str, str]) -> None:
    models = (WorkerSettings, GatewaySettings, OwnerSettings)
    fields = [field for model in models for field in model.model_fields.values()]
    known = sorted({str(field.alias) for field in fields})
    for name in sorted(environment):
        ours = name.startswith("TICKETS_") and not name.startswith(
            (PARTNER_SECRET_PREFIX, LOCAL_STACK_PREFIX)
        )
        filed = name.endswith("_FILE") and may_come_from_file(name.removesuffix("_FILE"))
        if ours and name not in known and not filed:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)}"
            raise InvalidConfiguration("environment", name, f"no such setting; {hint}")
