"""Read settings from the environment.

Each function raises `InvalidConfiguration` for the first setting that is missing, malformed or
misspelt.

The Temporal SDK reads its own settings (`TEMPORAL_*`, `temporal.toml`).
"""

import difflib
import os
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from domain.errors import InvalidConfiguration
from settings.checks import reject_private_addresses
from settings.database import DatabaseSettings, OwnerSettings
from settings.gateway import GatewaySettings
from settings.secrets import (
    FILE_SETTINGS,
    PARTNER_SECRET_PREFIX,
    may_come_from_file,
    with_secret_files,
)
from settings.worker import WorkerSettings

T = TypeVar("T", bound=BaseSettings)
LOCAL_STACK_PREFIX: Final = "TICKETS_LOCAL_"
"""Ports of the local stack, which reads them itself."""


def load_worker_settings() -> WorkerSettings:
    """Read the settings of the worker."""
    _reject_unknown(os.environ)
    settings = _read(WorkerSettings)
    reject_private_addresses(settings)
    if settings.webhook_url and not settings.webhook_secret:
        expected = "expected with TICKETS_WEBHOOK_URL"
        raise InvalidConfiguration("environment", "TICKETS_WEBHOOK_SECRET", expected)
    return settings


def load_gateway_settings() -> GatewaySettings:
    """Read the settings of the gateway."""
    _reject_unknown(os.environ)
    settings = _read(GatewaySettings)
    reject_private_addresses(settings)
    if (settings.jwt_secret is None) == (settings.jwks_url is None):
        expected = "expected this or TICKETS_JWKS_URL, and not both"
        raise InvalidConfiguration("environment", "TICKETS_JWT_SECRET", expected)
    return settings


def load_database_url(environment: Mapping[str, str] = os.environ) -> str:
    """Read `DATABASE_URL` alone."""
    return _read(DatabaseSettings, environment).database_url


def load_owner_settings() -> OwnerSettings:
    """Read the settings of a migration alone."""
    return _read(OwnerSettings)


def _read(model: type[T], environment: Mapping[str, str] = os.environ) -> T:
    values = with_secret_files(environment)
    from_files: dict[str, Any] = {name: values[name] for name in FILE_SETTINGS if name in values}
    try:
        return model(**from_files)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0])
        missing = "missing: " if first["type"] == "missing" else ""
        raise InvalidConfiguration("environment", name, missing + _expected(model, name)) from None


def _expected(model: type[BaseSettings], name: str) -> str:
    """Return what a setting expects, with an example unless it is a secret."""
    field = next(one for one in model.model_fields.values() if one.alias == name)
    example = f", such as {field.examples[0]}" if field.examples else ""
    return f"expected {field.description}{example}"


def _reject_unknown(environment: Mapping[str, str]) -> None:
    models = (WorkerSettings, GatewaySettings, OwnerSettings)
    fields = [field for model in models for field in model.model_fields.values()]
    known = sorted({str(field.alias) for field in fields})
    for name in sorted(environment):
        if name in known or not _is_ours(name):
            continue
        near = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)}"
        raise InvalidConfiguration("environment", name, f"no such setting; {hint}")


def _is_ours(name: str) -> bool:
    """Return whether a variable is named like a setting of this project's programs."""
    if name.endswith("_FILE") and may_come_from_file(name.removesuffix("_FILE")):
        return False
    return name.startswith("TICKETS_") and not name.startswith(
        (PARTNER_SECRET_PREFIX, LOCAL_STACK_PREFIX)
    )
