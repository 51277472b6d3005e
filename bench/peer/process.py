"""The peer's process, beside a running stack: rounds of claims go in, and words come out."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from bench.cost.workloads import PARTNER
from bench.load import BenchmarkTimeout, LoadGenerator
from bench.peer.variables import DATABASE_URL, PARTNER_ADDRESS, PARTNER_SECRET_NAME
from domain.values.ticket_number import derive_number
from local.stack.stack import ROOT, Stack

DATABASE: Final = "peer"
ANSWER_SECONDS: Final = 300.0
STOP_SECONDS: Final = 20.0


class PeerProcess:
    """The running peer."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        """Speak to this process, which has pipes; its errors are in `log`."""
        if process.stdin is None or process.stdout is None:
            raise ValueError("a process without pipes")
        self.pid: Final = process.pid
        self._input = process.stdin
        self._output = process.stdout
        self._log = log

    def start_round(self, prepared: Sequence[tuple[dict[str, Any], str]]) -> None:
        """Let it take prepared claims, with their keys, to their end."""
        numbered = [(one, derive_number(one["account_id"], key)) for one, key in prepared]
        self._input.write(json.dumps(numbered).encode() + b"\n")

    async def expect(self, word: str) -> None:
        """Wait for its next word; raises `BenchmarkTimeout` for another one, or none."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                found = (await self._output.readline()).decode().strip()
        except TimeoutError:
            found = "nothing"
        if found != word:
            raise BenchmarkTimeout(f"the peer answered {found!r}, not {word!r}: see {self._log}")


@asynccontextmanager
async def start_peer(load: LoadGenerator, python: Path) -> AsyncIterator[PeerProcess]:
    """Start the program beside the stack, with a separate database in the same server."""
    log = load.stack.state / "logs" / "peer.log"
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            python,
            "-m",
            "bench.peer.program",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env=_environment(load.stack),
            cwd=ROOT,
        )
    try:
        peer = PeerProcess(process, log)
        await peer.expect("ready")
        yield peer
    finally:
        await _stop(process)


def peer_database_url(stack: Stack) -> str:
    """Return where the peer's database is: in the stack's server."""
    server, _, _ = stack.addresses["database_owner_url"].rpartition("/")
    return f"{server}/{DATABASE}"


def _environment(stack: Stack) -> dict[str, str]:
    own = {
        DATABASE_URL: peer_database_url(stack),
        PARTNER_ADDRESS: f"{stack.addresses['partner_simulator']}/{PARTNER}/claims",
        PARTNER_SECRET_NAME: f"TICKETS_PARTNER_SECRET_{PARTNER.upper()}",
    }
    return stack.environment | own


async def _stop(process: asyncio.subprocess.Process) -> None:
    """End its input; kill it if it does not end."""
    if process.stdin:
        process.stdin.close()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
