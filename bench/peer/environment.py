"""The peer's environment: made once for each content of its lock file, beside the state."""

import asyncio
import hashlib
import shutil
import sys
from pathlib import Path
from typing import Final

from domain.errors import TicketError

LOCK: Final = Path(__file__).with_name("requirements.lock")
REPORTED_LINES: Final = 3


class PeerNotInstalled(TicketError):
    """The peer's environment cannot be made: no package index, or a hash that differs."""


async def peer_python(state: Path, lock: Path = LOCK) -> Path:
    """Return the Python of the peer's environment; make it with what `lock` names.

    It lies beside `state`, which every benchmark wipes. Raises `PeerNotInstalled`.
    """
    folder = environment_folder(state, lock)
    python, made = folder / "bin" / "python", folder / "made"
    if not made.exists():
        shutil.rmtree(folder, ignore_errors=True)
        await _run(sys.executable, "-m", "venv", str(folder))
        await _run(str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock)
        made.touch()
    return python


def environment_folder(state: Path, lock: Path) -> Path:
    """Return where the environment of this lock file and this Python lies."""
    digest = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:12]
    return Path.cwd() / state.with_name(f"{state.name}-peer-{digest}")


async def _run(*command: str | Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    if process.returncode:
        last = output.decode(errors="replace").strip().splitlines()[-REPORTED_LINES:]
        raise PeerNotInstalled(f"the peer cannot be installed: {' '.join(last)}")
