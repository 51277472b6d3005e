"""The settings of a running local stack, which leaves them in its state folder for the commands."""

import json
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Final

from domain.errors import InvalidConfiguration

STACK_SETTINGS_FILE: Final = "stack-settings.json"
"""In the state folder; it exists while the stack runs."""
_PREFIXES: Final = ("DATABASE_URL", "SMTP_URL", "TEMPORAL_", "TICKETS_")


def dump_settings(environment: Mapping[str, str]) -> str:
    """Return the settings in an environment as the content of that file."""
    return json.dumps(_settings(environment), indent=2, sort_keys=True)


def use_local_stack(state: Path, environment: MutableMapping[str, str]) -> None:
    """Replace all settings in `environment` by those of the local stack that runs in `state`.

    Raises `InvalidConfiguration` if none runs there.
    """
    try:
        stored: dict[str, str] = json.loads((state / STACK_SETTINGS_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        expected = "expected the folder of a running local stack (python -m local run)"
        raise InvalidConfiguration(str(state), "--state-dir", expected) from None
    for name in _settings(environment):
        del environment[name]
    environment.update(stored)


def _settings(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(_PREFIXES)}
