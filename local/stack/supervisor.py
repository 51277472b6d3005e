"""Child processes that run together: started in order, watched, stopped in reverse order."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar

from local.stack.errors import ProcessExited, end_of_process

T = TypeVar("T")

LAUNCHER = Path(__file__).with_name("launcher.py")
INITIAL_BACKOFF_SECONDS = 0.2  # seconds before a dead part starts again; doubles up to the longest
MAX_BACKOFF_SECONDS = 5.0
CONFIG_ERROR_EXIT_CODE = 2  # the exit code of a program that a restart would not help
STABLE_AFTER_SECONDS = 10.0  # seconds of life after which the pause is short again
MAX_RESTARTS = 10  # in a row, without a life that long: about half a minute
REPORTED_LINES = 15
REPORTED_BYTES = 8192


@dataclass(frozen=True)
class ProcessSpec:
    """One program. `restart`: started again when it ends, unless a setting is wrong or it has ended
    too often; without it, its end stops the stack.

    `user` is the user of the operating system it runs as ("" for ours), `grace` the seconds between
    `stop_signal` and SIGKILL, `orphan_signal` what Linux sends it when we are gone.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    folder: Path = field(default_factory=Path.cwd)
    restart: bool = False
    user: str = ""
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    grace: float = 10.0


class Supervisor:
    """Runs parts; leaving it (`async with`) stops them all, however it is left."""

    def __init__(
        self,
        logs: Path,
        report: Callable[[str], None] = lambda line: None,
        max_backoff: float = MAX_BACKOFF_SECONDS,
    ) -> None:
        """Write each process's output to `<logs>/<name>.log`; `report` gets a line per restart.

        `max_backoff` is the longest pause before one, in seconds.
        """
        self._logs = logs
        self._report = report
        self._max_backoff = max_backoff
        self._specs: dict[str, ProcessSpec] = {}
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._watchers: dict[str, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        """Begin with no part."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self._failure: asyncio.Future[ProcessExited] = asyncio.get_running_loop().create_future()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop every part, the last one first."""
        await self.stop_all()

    async def run(self, spec: ProcessSpec) -> None:
        """Run the part to its end; raises `ProcessExited` unless it ends with 0."""
        self._rotate_log(spec.name)
        process = await self._launch(spec)
        self._processes[spec.name] = process
        code = await process.wait()
        del self._processes[spec.name]
        if code:
            raise self._exit_report(spec.name, code)

    async def start(self, spec: ProcessSpec) -> None:
        """Start the part and watch it."""
        self._rotate_log(spec.name)
        process = await self._launch(spec)
        self._specs[spec.name] = spec
        self._processes[spec.name] = process
        self._watchers[spec.name] = asyncio.create_task(self._watch(spec, process))

    async def start_again(self, name: str) -> None:
        """Start a part that was stopped by its name."""
        await self.start(self._specs[name])

    def pid(self, name: str) -> int:
        """The process id of a running part; raises `KeyError` for one that does not run."""
        return self._processes[name].pid

    async def run_while_healthy(self, step: Coroutine[None, None, T]) -> T:
        """The step's result; raises `ProcessExited` if a part ends before the result is there."""
        task = asyncio.create_task(step)
        try:
            watched: set[asyncio.Future[Any]] = {task, self._failure}
            await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            if self._failure.done():
                raise self._failure.result()
            return task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def wait(self) -> NoReturn:
        """Wait until a part that must keep running ends; raises its `ProcessExited`."""
        raise await asyncio.shield(self._failure)

    async def stop(self, name: str, *, at_once: bool = False) -> None:
        """Stop one part: its stop signal, then SIGKILL after its grace; or SIGKILL at once."""
        watcher = self._watchers.pop(name, None)
        if watcher is not None:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)
        process = self._processes.pop(name, None)
        if process is None:
            return
        spec = self._specs.get(name) or ProcessSpec(name, ())
        stop_signal_sent = signal.SIGKILL if at_once else spec.stop_signal
        await _stop_process(process, stop_signal_sent, spec.grace)

    async def stop_all(self) -> None:
        """Stop what runs, in reverse order; interrupted, kill the rest at once."""
        try:
            for name in reversed([*self._processes]):
                await self.stop(name)
        finally:
            for watcher in self._watchers.values():
                watcher.cancel()
            for process in self._processes.values():
                _kill_group(process)

    async def _watch(self, spec: ProcessSpec, process: asyncio.subprocess.Process) -> None:
        """Wait for the end of a process; start it again, or report the failure.

        Being killed says nothing about the program: it does not count as one of its failures.
        """
        backoff, failures = INITIAL_BACKOFF_SECONDS, 0
        while True:
            started_at = asyncio.get_running_loop().time()
            code = await process.wait()
            if asyncio.get_running_loop().time() - started_at >= STABLE_AFTER_SECONDS:
                backoff, failures = INITIAL_BACKOFF_SECONDS, 0
            failures += code != -signal.SIGKILL
            if not spec.restart or code == CONFIG_ERROR_EXIT_CODE or failures > MAX_RESTARTS:
                if not self._failure.done():
                    self._failure.set_result(self._exit_report(spec.name, code))
                return
            attempt = f", attempt {failures} of {MAX_RESTARTS}; see {spec.name}.log"
            self._report(
                f"{spec.name} {end_of_process(code)}: starts again in {backoff:.1f} s"
                f"{attempt if failures else ''}"
            )
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, self._max_backoff)
            process = self._processes[spec.name] = await self._launch(spec)

    async def _launch(self, spec: ProcessSpec) -> asyncio.subprocess.Process:
        """Start the program in a separate process group, so that Ctrl-C reaches the supervisor
        only.
        """
        orphan_signal = str(int(spec.orphan_signal))
        wrapper = (sys.executable, "-I", "-S", str(LAUNCHER))
        bonds = (str(os.getpid()), orphan_signal, spec.user)
        with self._log(spec.name).open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *wrapper,
                *bonds,
                *spec.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=spec.environment,
                cwd=spec.folder,
                process_group=0,
            )

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _rotate_log(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._log(name).replace(self._logs / f"{name}.previous.log")

    def _exit_report(self, name: str, code: int) -> ProcessExited:
        log = self._log(name)
        text = log.read_bytes()[-REPORTED_BYTES:].decode(errors="replace")
        return ProcessExited(name, code, log, "\n".join(text.splitlines()[-REPORTED_LINES:]))


async def _stop_process(
    process: asyncio.subprocess.Process, stop_signal_sent: signal.Signals, grace: float
) -> None:
    """Send the stop signal, SIGKILL after the grace; return when the process has ended."""
    try:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(stop_signal_sent)
        async with asyncio.timeout(grace):
            await process.wait()
    except TimeoutError:
        _kill_group(process)
        await process.wait()
    except asyncio.CancelledError:
        _kill_group(process)
        raise


def _kill_group(process: asyncio.subprocess.Process) -> None:
    """SIGKILL for the process and its group."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
