"""Secrets, from the environment or from files that it names; wrong ones end the start, named and
never shown.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from domain.errors import InvalidConfiguration
from domain.partners.profile import CsvChannel, PartnerProfile
from domain.values.secrets import decode_webhook_secret, find_shared_secret, is_weak

PARTNER_SECRET_PREFIX: Final = "TICKETS_PARTNER_SECRET_"  # noqa: S105  (a name, not a secret)
"""How the names of partners' secrets begin."""
FILE_SETTINGS: Final = (
    "DATABASE_URL",
    "SMTP_URL",
    "TICKETS_DATABASE_OWNER_URL",
    "TEMPORAL_API_KEY",
    "TICKETS_DATABASE_OWNER_URL",
    "TICKETS_SIGNING_SECRET",
    "TICKETS_WEBHOOK_SECRET",
    "TICKETS_JWT_SECRET",
)
"""Settings that may stand in a file that `<name>_FILE` names; partners' secrets may, too."""
MAX_FILE_BYTES: Final = 64 * 1024
EXPECTED_WEBHOOK_SECRET: Final = "expected whsec_ and base64 of 24 to 64 random bytes"  # noqa: S105


def are_webhook_secrets(secrets: str) -> bool:
    """Say whether these are strong secrets of Standard Webhooks, with spaces between them."""
    keys = [decode_webhook_secret(secret) for secret in secrets.split()]
    return bool(keys) and all(key is not None and not is_weak(key) for key in keys)


def with_secret_files(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with what stands in the files that settings `<name>_FILE` name.

    Raises `InvalidConfiguration` where a file cannot be read, or the setting itself is there, too.
    """
    told = dict(environment)
    for setting, path in environment.items():
        name = setting.removesuffix("_FILE")
        if name == setting or not may_come_from_file(name):
            continue
        if name in environment:
            raise InvalidConfiguration(
                "environment", setting, f"expected this or {name}, and not both"
            )
        told[name] = _content(setting, Path(path))
    return told


def may_come_from_file(name: str) -> bool:
    """Say whether a setting may stand in a file that `<name>_FILE` names."""
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
    """Return the secret of every profile by its name; raises `InvalidConfiguration` for one that is
    not set, is weak, or has the name of another partner's.

    While a secret rotates its setting holds several, the newest first, with spaces between them.
    """
    told = with_secret_files(environment)
    names: dict[str, str] = {}
    for profile in profiles:
        if isinstance(profile.channel, CsvChannel):
            continue
        name, partner = profile.channel.secret, profile.rules.id
        if other := names.get(name):
            expected = f"expected a secret of its own: {name} is that of {other}"
            raise InvalidConfiguration(f"{partner}.toml", "channel.secret", expected)
        if not are_webhook_secrets(told.get(name, "")):
            raise InvalidConfiguration(
                "environment", name, f"the secret of {partner}: {EXPECTED_WEBHOOK_SECRET}"
            )
        names[name] = partner
    return {name: told[name] for name in names}


def reject_shared_secrets(secrets: Mapping[str, str | None]) -> None:
    """Raise `InvalidConfiguration` for two settings, here by their names, that have a secret in
    common.
    """
    if found := find_shared_secret({name: secret for name, secret in secrets.items() if secret}):
        one, other = found
        raise InvalidConfiguration(
            "environment", other, f"expected other secrets than those of {one}"
        )
