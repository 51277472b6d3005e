"""Child processes that live together: started in order, watched, stopped in reverse order."""

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

from local.stack.errors import PartDied

T = TypeVar("T")

LAUNCHER = Path(__file__).with_name("launcher.py")
FIRST_PAUSE = 0.2  # seconds before a dead part starts again; doubles up to the longest
LONGEST_PAUSE = 5.0
WRONG_SETTING = 2  # the code of a program that another start would not help
LONG_LIFE = 10.0  # seconds of life after which the pause is short again
LAST_LINES = 15
LAST_BYTES = 8192


@dataclass(frozen=True)
class Part:
    """One program. `restart`: begins again when it dies, unless a setting is wrong; otherwise its
    death ends the stack.

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

    def __init__(self, logs: Path, tell: Callable[[str], None] = lambda line: None) -> None:
        """Write each part's output to `<logs>/<name>.log`; `tell` hears about restarts."""
        self._logs = logs
        self._tell = tell
        self._parts: dict[str, Part] = {}
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        """Begin with no part."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self._death: asyncio.Future[PartDied] = asyncio.get_running_loop().create_future()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop every part, the last one first."""
        await self.stop_all()

    async def run(self, part: Part) -> None:
        """Run the part to its end; raises `PartDied` unless it ends with 0."""
        self._keep_previous_log(part.name)
        process = await self._launch(part)
        self._processes[part.name] = process
        code = await process.wait()
        del self._processes[part.name]
        if code:
            raise self._obituary(part.name, code)

    async def start(self, part: Part) -> None:
        """Start the part and watch it."""
        self._keep_previous_log(part.name)
        process = await self._launch(part)
        self._parts[part.name] = part
        self._processes[part.name] = process
        self._keepers[part.name] = asyncio.create_task(self._keep(part, process))

    async def start_again(self, name: str) -> None:
        """Start a part that was stopped by its name."""
        await self.start(self._parts[name])

    def pid(self, name: str) -> int:
        """The process id of a running part; raises `KeyError` for one that does not run."""
        return self._processes[name].pid

    async def while_alive(self, step: Coroutine[None, None, T]) -> T:
        """The step's result; raises `PartDied` if a part dies before it is there."""
        task = asyncio.create_task(step)
        try:
            watched: set[asyncio.Future[Any]] = {task, self._death}
            await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            if self._death.done():
                raise self._death.result()
            return task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def stay(self) -> NoReturn:
        """Wait until a part that must live dies; raises its `PartDied`."""
        raise await asyncio.shield(self._death)

    async def stop(self, name: str, *, at_once: bool = False) -> None:
        """Stop one part: its stop signal, then SIGKILL after its grace; or SIGKILL at once."""
        keeper = self._keepers.pop(name, None)
        if keeper is not None:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        process = self._processes.pop(name, None)
        if process is None:
            return
        part = self._parts.get(name) or Part(name, ())
        sign = signal.SIGKILL if at_once else part.stop_signal
        await _end(process, sign, part.grace)

    async def stop_all(self) -> None:
        """Stop what runs, in reverse order; interrupted, kill the rest at once."""
        try:
            for name in reversed([*self._processes]):
                await self.stop(name)
        finally:
            for keeper in self._keepers.values():
                keeper.cancel()
            for process in self._processes.values():
                _kill(process)

    async def _keep(self, part: Part, process: asyncio.subprocess.Process) -> None:
        """Wait for the part's death; start it again, or let everybody know."""
        pause = FIRST_PAUSE
        while True:
            begun = asyncio.get_running_loop().time()
            code = await process.wait()
            if not part.restart or code == WRONG_SETTING:
                if not self._death.done():
                    self._death.set_result(self._obituary(part.name, code))
                return
            if asyncio.get_running_loop().time() - begun >= LONG_LIFE:
                pause = FIRST_PAUSE
            self._tell(f"{part.name} ended with code {code}: starts again in {pause:.1f} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            process = self._processes[part.name] = await self._launch(part)

    async def _launch(self, part: Part) -> asyncio.subprocess.Process:
        """Start the part's program in a process group of its own: Ctrl-C is ours to handle."""
        orphan_signal = str(int(part.orphan_signal))
        wrapper = (sys.executable, "-I", "-S", str(LAUNCHER))
        bonds = (str(os.getpid()), orphan_signal, part.user)
        with self._log(part.name).open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *wrapper,
                *bonds,
                *part.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=part.environment,
                cwd=part.folder,
                process_group=0,
            )

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _keep_previous_log(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._log(name).replace(self._logs / f"{name}.previous.log")

    def _obituary(self, name: str, code: int) -> PartDied:
        log = self._log(name)
        text = log.read_bytes()[-LAST_BYTES:].decode(errors="replace")
        return PartDied(name, code, log, "\n".join(text.splitlines()[-LAST_LINES:]))


async def _end(process: asyncio.subprocess.Process, sign: signal.Signals, grace: float) -> None:
    """Ask the process to end, insist after the grace; returns when it is gone."""
    try:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(sign)
        async with asyncio.timeout(grace):
            await process.wait()
    except TimeoutError:
        _kill(process)
        await process.wait()
    except asyncio.CancelledError:
        _kill(process)
        raise


def _kill(process: asyncio.subprocess.Process) -> None:
    """SIGKILL for the process and its group."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
