"""Becomes the program of a service, with its file system, user and rights, but without an engine.

Run as root in a mount namespace of its own, as a script on the standard library alone:
`unshare --mount python -I -S contain.py <the service as JSON> <an empty folder>`. The folder
becomes the root: a file system in memory with the mounts of the service, read-only if it is.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def mount(*arguments: str) -> None:
    """Run `mount`; an error ends the program."""
    subprocess.run(["mount", *arguments], check=True)


def bind(source: Path, target: Path) -> None:
    """Show a file or folder at another path, read-only."""
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    mount("--bind", str(source), str(target))
    mount("--options", "remount,bind,ro", str(target))


def build_root(service: dict[str, Any], root: Path) -> None:
    """Mount and write everything that the service sees."""
    mount("--types", "tmpfs", "tmpfs", str(root))
    for link, target in service["links"].items():
        (root / link).symlink_to(target)
    for target, text in service["files"].items():
        (root / target).parent.mkdir(parents=True, exist_ok=True)
        (root / target).write_text(text)
    for target, source in service["binds"].items():
        bind(Path(source), root / target)
    for folder in ("proc", "dev"):
        (root / folder).mkdir()
        mount("--rbind", f"/{folder}", str(root / folder))
    for target in service["tmpfs"]:
        (root / target).mkdir(parents=True)
        mount("--types", "tmpfs", "--options", "mode=1777", "tmpfs", str(root / target))
    if service["read_only"]:
        mount("--options", "remount,ro", str(root))


def main(service_file: str, folder: str) -> None:
    """Replace this process by the service's program."""
    service = json.loads(Path(service_file).read_text())
    build_root(service, Path(folder))
    os.chroot(folder)
    os.chdir(service["folder"])
    command = service["command"]
    os.execve(command[0], command, service["environment"])  # noqa: S606


if __name__ == "__main__":
    main(*sys.argv[1:])
