"""`python -m local demo`: drives the example claims to their ends, on a fresh stack.

Exits with 0 only if every claim ended as its row in `claims.csv` says.
"""

import argparse
import asyncio
import contextlib
import shutil
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from adapters.files.partner_profiles import load_profiles
from local.demo.checks import Observations
from local.demo.connections import connect
from local.demo.observations import observe
from local.demo.report import report
from local.demo.runner import ScenarioResult, ScenarioRunner, StepMissed
from local.demo.scenario_files import FOLDER, read_scenarios, zones_of
from local.demo.scenarios import Action, ClaimRow, Scenarios
from local.partner_simulator.offline_partners import OfflinePartners
from local.platform_simulator.gateway_client import GatewayRejected
from local.stack.ports import Ports
from local.stack.stack import Stack
from local.stack.state_lock import exclusive_lock

STATE: Final = Path(".local/demo")
TIMEOUT_SECONDS: Final = 120.0  # seconds for all claims
INTERRUPTED: Final = 130
DEFAULT_WIDTH: Final = 170  # columns, if the terminal does not report its width

FaultInjector = Callable[[Stack], Coroutine[Any, Any, None]]


def main(arguments: list[str]) -> int:
    """Run the demo; the result is the exit code."""
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


async def demo(
    state: Path = STATE,
    *,
    seconds: float = TIMEOUT_SECONDS,
    faults: FaultInjector | None = None,
    scenarios: Path = FOLDER,
) -> int:
    """Run the `scenarios` on fresh state while `faults` are injected; 0 if all is as expected."""
    console = _console()
    cancel_on_sigterm()
    begun = time.monotonic()
    reset_state(state)
    console.print(f"Starting a fresh stack; logs are in {state / 'logs'} ...")
    report_line = partial(console.print, markup=False, highlight=False)
    async with Stack(state, Ports.free(), report=report_line) as stack:
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


def read_scenarios_for(stack: Stack, folder: Path = FOLDER) -> Scenarios:
    """Read the examples of a folder for the partners of this stack, as of now."""
    zones = zones_of(load_profiles(stack.state / "partners"))
    return read_scenarios(datetime.now(UTC), zones, folder)


@contextlib.asynccontextmanager
async def _in_background(work: Coroutine[Any, Any, None] | None) -> AsyncIterator[None]:
    """Run the faults meanwhile; raise their exception at the end."""
    task = asyncio.create_task(work) if work else None
    try:
        yield
    finally:
        if task:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=DEFAULT_WIDTH)


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console)


def cancel_on_sigterm() -> None:
    """Let SIGTERM cancel the demonstration as Ctrl-C does, so that its stack is stopped."""
    task = asyncio.current_task()
    if task:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
