"""The connection to Temporal, by the SDK's environment configuration."""

import asyncio
import contextlib
import logging
import os
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from temporalio.client import Client
from temporalio.envconfig import ClientConfig

from adapters.security.jwt import read_expiry
from domain.errors import InvalidConfiguration
from settings.field_types import host_and_port
from settings.secrets import with_secret_files

API_KEY: Final = "TEMPORAL_API_KEY"
API_KEY_FILE: Final = f"{API_KEY}_FILE"
POLL_INTERVAL_SECONDS: Final = 5.0
"""How often the file of the token is read: its replacement is used at most that much later."""
EXPIRY_WARNING: Final = timedelta(days=7)
WARNING_INTERVAL: Final = timedelta(days=1)
log = logging.getLogger("temporal")
_CERTIFICATES: Final = (
    "TEMPORAL_TLS_SERVER_CA_CERT_PATH",
    "TEMPORAL_TLS_CLIENT_CERT_PATH",
    "TEMPORAL_TLS_CLIENT_KEY_PATH",
)
_FILE_SETTING: Final = re.compile("TEMPORAL_(CONFIG_FILE|TLS_[A-Z_]+_PATH)")


def connection_options() -> dict[str, Any]:
    """Return the arguments of `Client.connect`; without any setting, a server on this machine.

    Raises `InvalidConfiguration` for an address, a profile or a file that cannot be used.
    """
    environment = with_secret_files(os.environ)
    _require_files(environment)
    _check_certificates(environment)
    try:
        options: dict[str, Any] = {
            **ClientConfig.load_client_connect_config(override_env_vars=environment)
        }
    except (RuntimeError, TypeError, ValueError):
        raise _unusable_profile(environment) from None
    options.setdefault("target_host", "localhost:7233")
    try:
        host_and_port(options["target_host"])
    except ValueError:
        expected = "expected host:port, such as temporal.example:7233 or [::1]:7233"
        raise InvalidConfiguration("environment", "TEMPORAL_ADDRESS", expected) from None
    return options


def _require_files(environment: Mapping[str, str]) -> None:
    for name, path in sorted(environment.items()):
        if _FILE_SETTING.fullmatch(name) and not os.access(path, os.R_OK):
            expected = "expected a file that can be read, such as /run/secrets/temporal_ca.pem"
            raise InvalidConfiguration("environment", name, expected)


def _check_certificates(environment: Mapping[str, str]) -> None:
    """Raise `InvalidConfiguration` for certificates that no connection could be made with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority, certificate, key = (environment.get(name) for name in _CERTIFICATES)
    wrong, expected = _CERTIFICATES[0], "a file of certificates"
    try:
        if authority:
            context.load_verify_locations(authority)
        wrong, expected = _CERTIFICATES[1], f"the certificate of the key in {_CERTIFICATES[2]}"
        if certificate and key:
            context.load_cert_chain(certificate, key)
    except ssl.SSLError:
        raise InvalidConfiguration("environment", wrong, f"expected {expected}") from None


def _unusable_profile(environment: Mapping[str, str]) -> InvalidConfiguration:
    if "TEMPORAL_PROFILE" in environment:
        expected = "expected a profile of temporal.toml, such as default"
        return InvalidConfiguration("environment", "TEMPORAL_PROFILE", expected)
    expected = "expected a configuration of the Temporal SDK, such as /etc/tickets/temporal.toml"
    return InvalidConfiguration("environment", "TEMPORAL_CONFIG_FILE", expected)


@contextlib.asynccontextmanager
async def following_api_key(
    client: Client, interval: float = POLL_INTERVAL_SECONDS
) -> AsyncIterator[None]:
    """Inside this context the client uses what the file that `TEMPORAL_API_KEY_FILE` names contains
    at the time: a token is replaced without a restart. Without that setting nothing happens.
    """
    if API_KEY_FILE not in os.environ:
        yield
        return
    following = asyncio.create_task(_follow(client, os.environ[API_KEY_FILE], interval))
    try:
        yield
    finally:
        following.cancel()
        await asyncio.wait([following])


class _ExpiryWarning:
    """Logs once a day that a token expires within a week, or has expired."""

    def __init__(self) -> None:
        self._due_at = datetime.min.replace(tzinfo=UTC)

    def check(self, token: str | None) -> None:
        now = datetime.now(UTC)
        expires_at = read_expiry(token or "")
        if expires_at is None or expires_at - now > EXPIRY_WARNING or now < self._due_at:
            return
        log.warning("the token for Temporal expires at %s", expires_at.isoformat())
        self._due_at = now + WARNING_INTERVAL


async def _follow(client: Client, path: str, interval: float) -> None:
    is_readable, warning = True, _ExpiryWarning()
    while True:
        warning.check(client.api_key)
        await asyncio.sleep(interval)
        try:
            token = with_secret_files({API_KEY_FILE: path})[API_KEY]
        except InvalidConfiguration as error:
            if is_readable:
                log.error("the old token stays: %s", error)
            is_readable = False
            continue
        is_readable = True
        if token and token != client.api_key:  # empty while it is being written
            client.api_key = token
            log.info("the token for Temporal was replaced")
