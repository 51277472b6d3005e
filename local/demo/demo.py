"""`python -m local demo`: the example claims on a fresh stack, through to their ends.

Exits with 0 only if every claim ended as its line in `claims.csv` says.
"""

import argparse
import asyncio
import contextlib
import shutil
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from adapters.files.partner_profiles import load_profiles
from adapters.postgres.database import Postgres
from adapters.postgres.grants import list_grants
from local.demo import checks
from local.demo.checks import Evidence
from local.demo.event_checks import untold
from local.demo.runner import Played, Player, TooLate
from local.demo.scenarios import FOLDER, Action, Examples, Row, read_examples, zones_of
from local.partner_simulator.offline_partners import Channels
from local.platform_simulator.gateway_client import TIMEOUT as GATEWAY_TIMEOUT
from local.platform_simulator.gateway_client import GatewayCalls, GatewayRefused
from local.platform_simulator.tokens import Issuer
from local.stack.ports import Ports
from local.stack.stack import Stack, held_alone

STATE: Final = Path(".local/demo")
TIME: Final = 120.0  # seconds for all claims
LAST_THINGS_TIME: Final = 30.0  # seconds for letters and webhooks after the last ticket's end
STEP: Final = 0.2
LONGEST_NAME: Final = 24
INTERRUPTED: Final = 130
WIDE: Final = 170  # columns, where no terminal says how many it has
COLUMNS: Final = ("request", "member", "partner", "number", "expected", "ended as", "")

Trouble = Callable[[Stack], Coroutine[Any, Any, None]]


def main(arguments: list[str]) -> int:
    """Play the demonstration; the result is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local demo", description=__doc__)
    parser.add_argument("--seconds", type=float, default=TIME, help="for all claims (%(default)s)")
    parser.add_argument("--state-dir", type=Path, default=STATE, help="wiped first (%(default)s)")
    parser.add_argument("--examples", type=Path, default=FOLDER, help="the folder of claims.csv")
    options = parser.parse_args(arguments)
    return to_the_end(demo(options.state_dir, seconds=options.seconds, examples=options.examples))


def to_the_end(play: Coroutine[Any, Any, int]) -> int:
    """Run a play and return its exit code; stopped by a signal, it has stopped its stack."""
    try:
        return asyncio.run(play)
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("\nStopped before the end.")
        return INTERRUPTED


@dataclass(frozen=True)
class Doors:
    """Where a running stack is knocked at; `books` are only looked into."""

    gateway: GatewayCalls
    platform: httpx.AsyncClient
    books: Postgres
    partners: httpx.AsyncClient
    mailbox: httpx.AsyncClient
    client: Client


async def demo(
    state: Path = STATE,
    *,
    seconds: float = TIME,
    trouble: Trouble | None = None,
    examples: Path = FOLDER,
) -> int:
    """Play the `examples` on fresh state while `trouble` rages; 0 if all is as expected."""
    console = _console()
    ended_by_sigterm()
    begun = time.monotonic()
    wipe(state)
    console.print("Starting a fresh stack ...")
    async with Stack(state, Ports.free()) as stack:
        console.print(
            f"Ready after {time.monotonic() - begun:.1f} s: {stack.addresses['temporal_ui']}"
        )
        played, evidence = await stack.supervisor.while_alive(
            _play(stack, console, seconds, trouble, examples)
        )
    console.print(f"Stopped after {time.monotonic() - begun:.1f} s; logs: {state / 'logs'}")
    return report(played, evidence, console)


def wipe(state: Path) -> None:
    """Remove what an earlier demonstration left; raises `AlreadyRunning` while one runs."""
    state.mkdir(parents=True, exist_ok=True)
    with held_alone(state):
        for path in state.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "lock":
                path.unlink()


async def _play(
    stack: Stack, console: Console, seconds: float, trouble: Trouble | None, folder: Path
) -> tuple[list[Played], Evidence]:
    """Feed, play, look; trouble ends with the play."""
    async with open_doors(stack) as doors:
        examples = read_for(stack, folder)
        await doors.gateway.feed(examples.links, examples.rewards)
        with _progress(console) as progress:
            bar = progress.add_task("Tickets", total=len(examples.claims))
            kind = ForgivingPlayer if trouble else Player
            ended = partial(progress.advance, bar)
            player = kind(doors.client, doors.gateway, doors.partners, ended)
            channels = Channels(stack, examples.claims, doors.mailbox)
            async with _meanwhile(channels.answer()), _meanwhile(trouble and trouble(stack)):
                played = await player.play(examples.claims, seconds)
        return played, await look(played, doors, channels.received)


class ForgivingPlayer(Player):
    """Leaves out an action whose moment never came, or has gone: the ticket's end says whether it
    mattered.

    A worker that dies with a partner's refusal in its hands asks again, and may hear a yes; one
    that comes late finds a question void, because the partner has answered by itself.
    """

    async def _act(self, row: Row, action: Action, request_id: str) -> None:
        with contextlib.suppress(TooLate, GatewayRefused):
            await super()._act(row, action, request_id)


@contextlib.asynccontextmanager
async def open_doors(stack: Stack) -> AsyncIterator[Doors]:
    """Connect to everything that a play needs of a running stack."""
    where = stack.addresses
    async with (
        Postgres.connect(where["database_url"]) as books,
        _http(where["gateway"], GATEWAY_TIMEOUT) as gateway,
        _http(where["platform"]) as platform,
        _http(where["partner_simulator"]) as partners,
        _http(where["mailbox"]) as mailbox,
    ):
        address = where["temporal_address"]
        client = await Client.connect(address, data_converter=pydantic_data_converter)
        calls = GatewayCalls(gateway, Issuer(stack.environment))
        yield Doors(calls, platform, books, partners, mailbox, client)


def read_for(stack: Stack, folder: Path = FOLDER) -> Examples:
    """Read the examples of a folder for the partners of this stack, as of now."""
    zones = zones_of(load_profiles(stack.state / "partners"))
    return read_examples(datetime.now(UTC), zones, folder)


@contextlib.asynccontextmanager
async def _meanwhile(work: Coroutine[Any, Any, None] | None) -> AsyncIterator[None]:
    """Let work be done, or trouble rage, meanwhile; what it raises comes out at the end."""
    task = asyncio.create_task(work) if work else None
    try:
        yield
    finally:
        if task:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def look(
    played: Sequence[Played],
    doors: Doors,
    received: Sequence[Mapping[str, Any]] = (),
    patience: float = LAST_THINGS_TIME,
) -> Evidence:
    """Collect what can be seen from outside, when the last letter and the last webhook are there or
    late; `received` are the claims that partners got by mail and by file.
    """
    until = time.monotonic() + patience
    while True:
        evidence = Evidence(
            letters=checks.letters_by_number(await _all(doors.mailbox, "/letters.json")),
            claims=checks.claims_by_number(
                [*await _all(doors.partners, "/claims.json"), *received]
            ),
            grants=await list_grants(doors.books),
            events=await doors.gateway.events(),
            webhooks=await _all(doors.platform, "/webhooks.json"),
        )
        missing = checks.letters_missing(played, evidence) or untold(played, evidence)
        if time.monotonic() > until or not missing:
            return evidence
        await asyncio.sleep(STEP)


async def _all(part: httpx.AsyncClient, path: str) -> Any:
    """Ask a part for all that it took; asked again until it is there."""
    while True:
        with contextlib.suppress(httpx.TransportError):
            return (await part.get(path)).json()
        await asyncio.sleep(STEP)


def report(played: Sequence[Played], evidence: Evidence, console: Console) -> int:
    """Print the table and what it comes to; 0 if all is as expected."""
    table = Table(*COLUMNS, title="Example claims", title_justify="left")
    wrong = 0
    for one in played:
        found = checks.differences(one, evidence)
        wrong += bool(found)
        table.add_row(*_cells(one, found))
    console.print(table)
    faults = checks.books_differ([one.example.row for one in played], evidence.grants)
    faults += untold(played, evidence)
    for fault in faults:
        console.print(Text(fault, style="red"))
    console.print(f"{len(evidence.events)} moves, {len(evidence.webhooks)} webhooks")
    count = len(played)
    console.print(f"{count} claims, {count - wrong} ended as expected, {wrong} not")
    return 1 if wrong or faults else 0


def _cells(one: Played, found: Sequence[str]) -> list[Text]:
    """The cells of one example; Text, because members' names are hostile."""
    row = one.example.row
    codes = sorted({reason.code for reason in one.admission.reasons} if one.admission else ())
    reason = one.outcome.reason_code if one.outcome else None
    verdict = Text("; ".join(found), style="red") if found else Text("ok", style="green")
    return [
        Text(row.request_key + (" (again)" if one.example.repeats else "")),
        Text(_shown(row.member_name)),
        Text(row.partner_id),
        Text(row.number),
        Text(_end(row.expected_state, row.expected_reason, row.expected_codes)),
        Text(_end(one.state, reason, codes)),
        verdict,
    ]


def _end(state: str | None, reason: str | None, codes: Sequence[str]) -> str:
    """`rejected (no_answer)`; field names of incomplete forms are left out."""
    why = reason or ", ".join(dict.fromkeys(code.partition(":")[0] for code in codes))
    return f"{state or 'not ended'} ({why})" if why else f"{state or 'not ended'}"


def _shown(name: str) -> str:
    """A name that can do nothing to a terminal."""
    plain = "".join(c if c.isprintable() else "·" for c in name)
    return plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME - 1] + "…"


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=WIDE)


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console)


def _http(address: str, seconds: float = 10) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=address, trust_env=False, timeout=seconds)


def ended_by_sigterm() -> None:
    """Let SIGTERM cancel the demonstration as Ctrl-C does, so that its stack is stopped."""
    task = asyncio.current_task()
    if task:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
