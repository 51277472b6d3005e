"""What an engine would run for a service of the Compose file: read from it and the Dockerfile."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from local.stack.supervisor import ProcessSpec
from tests.support.compose import DOCKERFILE, ROOT, SERVICES, environment_of

CONTAIN: Final = Path(__file__).with_name("contain.py")
SETPRIV: Final = "/usr/bin/setpriv"
SERVICE_PATH: Final = "/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NAMES: Final = ("localhost", "postgres", "temporal", "mailpit")
"""What the networks of the Compose file resolve; all of it is this machine."""
TOOLS_USER: Final = 1000
"""The user of Temporal's images."""
GRACE_SECONDS: Final = 60.0


def contained(
    service: str, variables: Mapping[str, str], folder: Path, command: tuple[str, ...] = ()
) -> ProcessSpec:
    """Return the process of a service, or of another command in its place; files in `folder`."""
    description = folder / f"{service}-{len(command)}.json"
    root = folder / f"{service}-{len(command)}-root"
    root.mkdir(exist_ok=True)
    found = _described(service, variables, folder, command)
    description.write_text(json.dumps(found))
    python = (sys.executable, "-I", "-S", str(CONTAIN), str(description), str(root))
    name = f"{service}-check" if command else service
    return ProcessSpec(name, ("unshare", "--mount", *python), folder=folder, grace=GRACE_SECONDS)


def without_rights(service: str) -> list[str]:
    """Return what runs a command as the user of the service, without any right of root."""
    is_ours = "build" in SERVICES[service]
    user = _instruction("USER").partition(":")[0] if is_ours else str(TOOLS_USER)
    rights = ("--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--clear-groups")
    return [SETPRIV, f"--reuid={user}", f"--regid={user}", *rights]


def _entrypoint(definition: Mapping[str, Any]) -> list[str]:
    return list(definition.get("entrypoint") or json.loads(_instruction("ENTRYPOINT")))


def _described(
    service: str, variables: Mapping[str, str], folder: Path, command: Sequence[str]
) -> dict[str, Any]:
    definition = SERVICES[service]
    is_ours = "build" in definition
    assert definition["cap_drop"] == ["ALL"]
    assert definition["security_opt"] == ["no-new-privileges:true"]
    environment = {"PATH": SERVICE_PATH, **environment_of(service, variables, folder)}
    return {
        "links": _links(),
        "files": {"etc/hosts": "".join(f"127.0.0.1 {name}\n" for name in NAMES)},
        "binds": _system() | (_image() if is_ours else {}) | _mounts(definition, folder),
        "tmpfs": [path.lstrip("/") for path in definition.get("tmpfs", [])],
        "read_only": definition.get("read_only", False),
        "folder": _instruction("WORKDIR") if is_ours else "/",
        "environment": (_image_environment() if is_ours else {}) | environment,
        "command": [*without_rights(service), *(command or _entrypoint(definition))],
    }


def _instruction(name: str) -> str:
    return str(re.findall(rf"^{name} (.+)$", DOCKERFILE, re.MULTILINE)[-1])


def _image_environment() -> dict[str, str]:
    return dict(re.findall(r"(PYTHON\w+)=(\S+)", _instruction("ENV")))


def _image() -> dict[str, str]:
    """The code that the Dockerfile's last stage copies into the image's folder."""
    stage = DOCKERFILE.rpartition("\nFROM ")[2]
    copied = re.findall(r"^COPY (\w[\w.]*)/? \S+$", stage, re.MULTILINE)
    folder = _instruction("WORKDIR").lstrip("/")
    return {f"{folder}/{name}": str(ROOT / name) for name in copied}


def _mounts(definition: Mapping[str, Any], folder: Path) -> dict[str, str]:
    secrets = {
        f"run/secrets/{name}": str(folder / "deploy" / "secrets" / name)
        for name in definition.get("secrets", [])
    }
    volumes = (volume.split(":") for volume in definition.get("volumes", []))
    return secrets | {
        target.lstrip("/"): str(folder / source)
        for source, target, *_ in volumes
        if source.startswith(".")
    }


def _system() -> dict[str, str]:
    """The parts of this machine that stand for the image's: programs, Python, its packages."""
    top = [Path("/usr"), *(path for path in Path("/").glob("lib*") if not path.is_symlink())]
    base = Path(sys.base_prefix)
    places = top if base.is_relative_to("/usr") else [*top, base]
    files = [path for path in map(Path, ("/etc/ssl", "/etc/ld.so.cache")) if path.exists()]
    named = {str(path).lstrip("/"): str(path) for path in (*places, *files)}
    return named | {"venv": str(Path(sys.prefix).resolve())}


def _links() -> dict[str, str]:
    """`/bin` and the like, where they are links into `/usr`."""
    return {path.name: str(path.readlink()) for path in Path("/").iterdir() if path.is_symlink()}
