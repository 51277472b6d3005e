"""Secrets, from the environment or from files that it names; an error names the setting and never
shows a value.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from domain.errors import InvalidConfiguration
from domain.partners.channels import CsvChannel
from domain.partners.profile import PartnerProfile
from settings.secret_strength import decode_webhook_secret, find_shared_secret, is_weak

PARTNER_SECRET_PREFIX: Final = "TICKETS_PARTNER_SECRET_"  # noqa: S105  (a name, not a secret)
FILE_SETTINGS: Final = (
    "DATABASE_URL",
    "SMTP_URL",
    "TEMPORAL_API_KEY",
    "TICKETS_DATABASE_OWNER_URL",
    "TICKETS_JWT_SECRET",
    "TICKETS_SIGNING_SECRET",
    "TICKETS_WEBHOOK_SECRET",
)
"""Settings that `<name>_FILE` may take from a file; partners' secrets may come from one, too."""
MAX_FILE_BYTES: Final = 64 * 1024
EXPECTED_WEBHOOK_SECRET: Final = "whsec_ and base64 of 24 to 64 random bytes"  # noqa: S105


def are_webhook_secrets(secrets: str) -> bool:
    """Return whether these are strong Standard Webhooks secrets, separated by spaces."""
    keys = [decode_webhook_secret(secret) for secret in secrets.split()]
    return bool(keys) and all(key is not None and not is_weak(key) for key in keys)


def with_secret_files(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with the contents of the files that `<name>_FILE` settings name.

    Raises `InvalidConfiguration` for an unreadable file, or if both forms of a setting exist.
    """
    result = dict(environment)
    for setting, path in environment.items():
        name = setting.removesuffix("_FILE")
        if name == setting or not may_come_from_file(name):
            continue
        if name in environment:
            raise InvalidConfiguration(
                "environment", setting, f"expected this or {name}, and not both"
            )
        result[name] = _content(setting, Path(path))
    return result


def may_come_from_file(name: str) -> bool:
    """Return whether `<name>_FILE` may name a file that holds this setting."""
    return name in FILE_SETTINGS or name.startswith(PARTNER_SECRET_PREFIX)


def _content(setting: str, path: Path) -> str:
    try:
        if not path.is_file() or path.stat().st_size > MAX_FILE_BYTES:
            raise InvalidConfiguration("environment", setting, "expected a file of one line")
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        expected = f"expected a file that can be read: {type(error).__name__}"
        raise InvalidConfiguration("environment", setting, expected) from None


def partner_secrets(
    profiles: Iterable[PartnerProfile], environment: Mapping[str, str]
) -> dict[str, str]:
    """Return the secret of every profile by its setting's name.

    During a rotation a setting holds several, the newest first, separated by spaces. Raises
    `InvalidConfiguration` for one that is missing or weak, or that two partners name.
    """
    values = with_secret_files(environment)
    names: dict[str, str] = {}
    for profile in profiles:
        if isinstance(profile.channel, CsvChannel):
            continue
        name, partner = profile.channel.secret, profile.rules.id
        if other := names.get(name):
            expected = f"expected a separate secret: {name} is that of {other}"
            raise InvalidConfiguration(f"{partner}.toml", "channel.secret", expected)
        if not are_webhook_secrets(values.get(name, "")):
            expected = f"the secret of {partner}: expected {EXPECTED_WEBHOOK_SECRET}"
            raise InvalidConfiguration("environment", name, expected)
        names[name] = partner
    return {name: values[name] for name in names}


def reject_shared_secrets(secrets: Mapping[str, str | None]) -> None:
    """Raise `InvalidConfiguration` if two settings, given by name, have a secret in common."""
    if found := find_shared_secret({name: secret for name, secret in secrets.items() if secret}):
        one, other = found
        raise InvalidConfiguration(
            "environment", other, f"expected other secrets than those of {one}"
        )
