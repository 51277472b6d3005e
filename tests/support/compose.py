"""The Compose file as the tests read it: services, images, environments with their variables."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).resolve().parents[2]
TEXT: Final = (ROOT / "docker-compose.yml").read_text()
COMPOSE: Final[dict[str, Any]] = yaml.safe_load(TEXT)
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]
DOCKERFILE: Final = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
VARIABLE: Final = re.compile(r"\$\{(\w+)(:[?-])?([^}]*)\}")
_ASSIGNMENT: Final = re.compile(r"^(\w+)=(.*)$", re.MULTILINE)


def variables_in(file: Path) -> dict[str, str]:
    """Return the variables of an env file, none if there is no such file."""
    return dict(_ASSIGNMENT.findall(file.read_text())) if file.exists() else {}


def interpolated(text: str, variables: Mapping[str, str]) -> str:
    """Return a value with its variables replaced, as Compose does; a missing one is an error."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if given := variables.get(name):
            return given
        assert kind == ":-", f"{name}: {rest}"
        return str(rest)

    return VARIABLE.sub(value, text)


def environment_of(
    service: str, variables: Mapping[str, str], folder: Path = ROOT
) -> dict[str, str]:
    """Return the environment of a service: its env files, which are in `folder`, and its own."""
    found: dict[str, str] = {}
    for file in SERVICES[service].get("env_file", []):
        assert not file["required"] or (folder / file["path"]).exists(), file["path"]
        found |= variables_in(folder / file["path"])
    own = SERVICES[service].get("environment", {})
    return found | {name: interpolated(str(value), variables) for name, value in own.items()}


def images() -> dict[str, str]:
    """Return the images by the names of their variables, by tag."""
    return variables_in(ROOT / "deploy" / "images.env")
