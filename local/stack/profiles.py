"""Partner profiles as the local stack uses them: the real ones with short deadlines, sent to our
simulator.

`partners/<id>.toml` is merged with an overlay `local/stack/overlays/<id>.toml` that holds only what
differs: tables merge, everything else is replaced. Each `channel.secret` names an environment
variable, for which the state directory stores one generated secret.
"""

import base64
import json
import os
import re
import secrets
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import tomli_w

from domain.errors import InvalidConfiguration

PLACEHOLDER = "http://partner-simulator.invalid"
SECRET_NAME = re.compile(r"TICKETS_PARTNER_SECRET_[A-Z0-9_]+")
SECRET_BYTES = 32
PASSWORD_NAME = "POSTGRES_PASSWORD"  # noqa: S105  (a name, not a password)
WEBHOOK_NAME = "TICKETS_WEBHOOK_SECRET"
OWN_NAMES = ("TICKETS_SIGNING_SECRET", "TICKETS_JWT_SECRET")

Profile = dict[str, Any]


def merge_overlay(profile: Mapping[str, Any], overlay: Mapping[str, Any]) -> Profile:
    """The profile with the overlay's values; only tables are merged, lists are replaced."""
    result = dict(profile)
    for key, value in overlay.items():
        old = result.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            result[key] = merge_overlay(old, value)
        else:
            result[key] = value
    return result


def read_profiles(folder: Path, overlays: Path) -> dict[str, Profile]:
    """Every profile by partner id, overlays merged in.

    Raises `InvalidConfiguration` for a file that is no TOML and for an overlay without a profile.
    """
    profiles = {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}
    for path in sorted(overlays.glob("*.toml")):
        if path.stem not in profiles:
            raise InvalidConfiguration(str(path), path.stem, f"a profile of that name in {folder}")
        profiles[path.stem] = merge_overlay(profiles[path.stem], _read(path))
    return profiles


def point_to_simulator(profile: Mapping[str, Any], base_url: str) -> Profile:
    """The profile with the placeholder in its channel's address replaced by the simulator's URL."""
    address = profile.get("channel", {}).get("address")
    if not isinstance(address, str):
        return dict(profile)
    return merge_overlay(profile, {"channel": {"address": address.replace(PLACEHOLDER, base_url)}})


def write_profiles(profiles: Mapping[str, Profile], folder: Path) -> None:
    """Write each profile as `<folder>/<id>.toml`; files of other partners are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.toml"):
        path.unlink()
    for partner_id, profile in profiles.items():
        (folder / f"{partner_id}.toml").write_text(tomli_w.dumps(profile), encoding="utf-8")


def secret_names(profiles: Mapping[str, Profile]) -> dict[str, str]:
    """The name of each partner's secret, for partners that have a channel with one."""
    names: dict[str, str] = {}
    for partner_id, profile in profiles.items():
        name = profile.get("channel", {}).get("secret")
        if name is None:
            continue
        if not isinstance(name, str) or not SECRET_NAME.fullmatch(name):
            raise InvalidConfiguration(f"{partner_id}.toml", "channel.secret", SECRET_NAME.pattern)
        names[partner_id] = name
    return names


def persistent_secrets(
    file: Path, names: Iterable[str], generate: Callable[[], str] | None = None
) -> dict[str, str]:
    """The secrets of these names, `whsec_` + base64; new ones are added to the file (mode 600)."""
    requested = set(names)
    stored: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    missing = {name: (generate or generate_secret)() for name in sorted(requested - stored.keys())}
    if missing:
        stored |= missing
        write_private(file, json.dumps(stored, indent=2))
    return {name: stored[name] for name in requested}


def persistent_password(file: Path) -> str:
    """The database's password, from the same file: letters and digits."""
    return persistent_secrets(file, [PASSWORD_NAME], lambda: secrets.token_hex(16))[PASSWORD_NAME]


def gateway_secrets(file: Path) -> dict[str, str]:
    """The gateway's secrets for tokens, pages and webhooks, from the same file."""
    own = persistent_secrets(file, OWN_NAMES, lambda: secrets.token_hex(32))
    return own | persistent_secrets(file, [WEBHOOK_NAME])


def generate_secret() -> str:
    """A new secret as Standard Webhooks 1.0.0 write them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def write_private(file: Path, text: str) -> None:
    """Replace the file in one step by one that only its owner can read."""
    draft = file.with_name(file.name + ".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text + "\n")
    draft.replace(file)


def _read(path: Path) -> Profile:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidConfiguration(str(path), "the file", f"TOML ({error})") from error
