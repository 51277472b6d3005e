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
from adapters.postgres.database import Database
from adapters.postgres.tickets.grants import list_grants
from local.demo import checks
from local.demo.checks import Observations
from local.demo.event_checks import check_events
from local.demo.runner import ScenarioResult, ScenarioRunner, StepMissed
from local.demo.scenarios import FOLDER, Action, ClaimRow, Scenarios, read_scenarios, zones_of
from local.partner_simulator.offline_partners import OfflinePartners
from local.platform_simulator.gateway_client import TIMEOUT as GATEWAY_TIMEOUT
from local.platform_simulator.gateway_client import GatewayClient, GatewayRejected
from local.platform_simulator.tokens import TokenIssuer
from local.stack.ports import Ports
from local.stack.stack import Stack
from local.stack.state_lock import exclusive_lock

STATE: Final = Path(".local/demo")
TIMEOUT_SECONDS: Final = 120.0  # seconds for all claims
SETTLE_TIMEOUT_SECONDS: Final = 30.0  # seconds for e-mails and webhooks after the last ticket's end
POLL_SECONDS: Final = 0.2
MAX_NAME_LENGTH: Final = 24
INTERRUPTED: Final = 130
DEFAULT_WIDTH: Final = 170  # columns, where no terminal says how many it has
COLUMNS: Final = ("request", "member", "partner", "number", "expected", "ended as", "")

FaultInjector = Callable[[Stack], Coroutine[Any, Any, None]]


def main(arguments: list[str]) -> int:
    """Play the demonstration; the result is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local demo", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=TIMEOUT_SECONDS, help="for all claims (%(default)s)"
    )
    parser.add_argument("--state-dir", type=Path, default=STATE, help="wiped first (%(default)s)")
    parser.add_argument("--scenarios", type=Path, default=FOLDER, help="the folder of claims.csv")
    options = parser.parse_args(arguments)
    return run_to_exit_code(
        demo(options.state_dir, seconds=options.seconds, scenarios=options.scenarios)
    )


def run_to_exit_code(program: Coroutine[Any, Any, int]) -> int:
    """Run a program that starts a stack; return its exit code, also after a signal."""
    try:
        return asyncio.run(program)
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("\nStopped before the end.")
        return INTERRUPTED


@dataclass(frozen=True)
class Connections:
    """Where a running stack is knocked at; `database` are only looked into."""

    gateway: GatewayClient
    platform: httpx.AsyncClient
    database: Database
    partners: httpx.AsyncClient
    mailbox: httpx.AsyncClient
    client: Client


async def demo(
    state: Path = STATE,
    *,
    seconds: float = TIMEOUT_SECONDS,
    faults: FaultInjector | None = None,
    scenarios: Path = FOLDER,
) -> int:
    """Play the `scenarios` on fresh state while `faults` rages; 0 if all is as expected."""
    console = _console()
    cancel_on_sigterm()
    begun = time.monotonic()
    reset_state(state)
    console.print("Starting a fresh stack ...")
    async with Stack(state, Ports.free()) as stack:
        console.print(
            f"Ready after {time.monotonic() - begun:.1f} s: {stack.addresses['temporal_ui']}"
        )
        results, observations = await stack.supervisor.run_while_healthy(
            _run(stack, console, seconds, faults, scenarios)
        )
    console.print(f"Stopped after {time.monotonic() - begun:.1f} s; logs: {state / 'logs'}")
    return report(results, observations, console)


def reset_state(state: Path) -> None:
    """Remove what an earlier demonstration left; raises `AlreadyRunning` while one runs."""
    state.mkdir(parents=True, exist_ok=True)
    with exclusive_lock(state):
        for path in state.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "lock":
                path.unlink()


async def _run(
    stack: Stack, console: Console, seconds: float, faults: FaultInjector | None, folder: Path
) -> tuple[list[ScenarioResult], Observations]:
    """Seed, run and observe; faults are injected until the run ends."""
    async with connect(stack) as connections:
        scenarios = read_scenarios_for(stack, folder)
        await connections.gateway.feed(scenarios.links, scenarios.rewards)
        with _progress(console) as progress:
            bar = progress.add_task("Tickets", total=len(scenarios.claims))
            kind = FaultTolerantRunner if faults else ScenarioRunner
            ended = partial(progress.advance, bar)
            runner = kind(connections.client, connections.gateway, connections.partners, ended)
            channels = OfflinePartners(stack, scenarios.claims, connections.mailbox)
            async with _in_background(channels.answer()), _in_background(faults and faults(stack)):
                results = await runner.run(scenarios.claims, seconds)
        return results, await observe(results, connections, channels.received_claims)


class FaultTolerantRunner(ScenarioRunner):
    """Skips actions that are not possible at their time; the ticket's end shows if they mattered.

    A worker that is killed after a partner's refusal asks again and may be confirmed; after a late
    restart a question may be void because the partner has sent an outcome.
    """

    async def _perform(self, row: ClaimRow, action: Action, request_id: str) -> None:
        with contextlib.suppress(StepMissed, GatewayRejected):
            await super()._perform(row, action, request_id)


@contextlib.asynccontextmanager
async def connect(stack: Stack) -> AsyncIterator[Connections]:
    """Connect to every program of a running stack that a run needs."""
    where = stack.addresses
    async with (
        Database.connect(where["database_url"]) as database,
        _http(where["gateway"], GATEWAY_TIMEOUT) as gateway,
        _http(where["platform"]) as platform,
        _http(where["partner_simulator"]) as partners,
        _http(where["mailbox"]) as mailbox,
    ):
        address = where["temporal_address"]
        client = await Client.connect(address, data_converter=pydantic_data_converter)
        calls = GatewayClient(gateway, TokenIssuer(stack.environment))
        yield Connections(calls, platform, database, partners, mailbox, client)


def read_scenarios_for(stack: Stack, folder: Path = FOLDER) -> Scenarios:
    """Read the examples of a folder for the partners of this stack, as of now."""
    zones = zones_of(load_profiles(stack.state / "partners"))
    return read_scenarios(datetime.now(UTC), zones, folder)


@contextlib.asynccontextmanager
async def _in_background(work: Coroutine[Any, Any, None] | None) -> AsyncIterator[None]:
    """Let work be done, or trouble rage, meanwhile; what it raises comes out at the end."""
    task = asyncio.create_task(work) if work else None
    try:
        yield
    finally:
        if task:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def observe(
    results: Sequence[ScenarioResult],
    connections: Connections,
    received: Sequence[Mapping[str, Any]] = (),
    timeout_seconds: float = SETTLE_TIMEOUT_SECONDS,
) -> Observations:
    """Return what is visible from outside once the last e-mail and webhook have arrived, or at the
    time-out; `received` are the claims of partners that are served by e-mail and by file.
    """
    until = time.monotonic() + timeout_seconds
    while True:
        observations = Observations(
            emails=checks.emails_by_number(await _all(connections.mailbox, "/emails.json")),
            claims=checks.claims_by_number(
                [*await _all(connections.partners, "/claims.json"), *received]
            ),
            grants=await list_grants(connections.database),
            events=await connections.gateway.events(),
            webhooks=await _all(connections.platform, "/webhooks.json"),
        )
        missing = checks.emails_missing(results, observations) or check_events(
            results, observations
        )
        if time.monotonic() > until or not missing:
            return observations
        await asyncio.sleep(POLL_SECONDS)


async def _all(part: httpx.AsyncClient, path: str) -> Any:
    """Ask a part for all that it took; asked again until it is there."""
    while True:
        with contextlib.suppress(httpx.TransportError):
            return (await part.get(path)).json()
        await asyncio.sleep(POLL_SECONDS)


def report(results: Sequence[ScenarioResult], observations: Observations, console: Console) -> int:
    """Print the table and what it comes to; 0 if all is as expected."""
    table = Table(*COLUMNS, title="Example claims", title_justify="left")
    wrong = 0
    for one in results:
        found = checks.check_scenario(one, observations)
        wrong += bool(found)
        table.add_row(*_table_row(one, found))
    console.print(table)
    faults = checks.check_grants([one.scenario.row for one in results], observations.grants)
    faults += check_events(results, observations)
    for fault in faults:
        console.print(Text(fault, style="red"))
    console.print(f"{len(observations.events)} transitions, {len(observations.webhooks)} webhooks")
    count = len(results)
    console.print(f"{count} claims, {count - wrong} ended as expected, {wrong} not")
    return 1 if wrong or faults else 0


def _table_row(one: ScenarioResult, found: Sequence[str]) -> list[Text]:
    """The cells of one example; Text, because members' names are hostile."""
    row = one.scenario.row
    codes = sorted({reason.code for reason in one.admission.reasons} if one.admission else ())
    reason = one.outcome.reason_code if one.outcome else None
    verdict = Text("; ".join(found), style="red") if found else Text("ok", style="green")
    return [
        Text(row.request_key + (" (again)" if one.scenario.repeats else "")),
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
    return plain if len(plain) <= MAX_NAME_LENGTH else plain[: MAX_NAME_LENGTH - 1] + "…"


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=DEFAULT_WIDTH)


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console)


def _http(address: str, seconds: float = 10) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=address, trust_env=False, timeout=seconds)


def cancel_on_sigterm() -> None:
    """Let SIGTERM cancel the demonstration as Ctrl-C does, so that its stack is stopped."""
    task = asyncio.current_task()
    if task:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
