"""Child processes of the local stack: none outlives its parent, and each exit is reported."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from local.stack.errors import ProcessExited
from local.stack.supervisor import MAX_RESTARTS, ProcessSpec, Supervisor

DEADLINE = 20.0  # seconds
ROOT = Path(__file__).resolve().parents[3]
FOREVER = ("sleep", "1000")

PARENT = """
import asyncio, os, signal, sys
from pathlib import Path
from local.stack.supervisor import ProcessSpec, Supervisor

async def main():
    async with Supervisor(Path(sys.argv[1])) as supervisor:
        await supervisor.start(ProcessSpec("child", ("sh", "-c", "echo up; exec sleep 1000")))
        while "up" not in Path(sys.argv[1], "child.log").read_text():
            await asyncio.sleep(0.01)
        print(supervisor.pid("child"), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def is_alive(pid: int) -> bool:
    """Whether the process runs and is no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def contains(log: Path, word: str) -> bool:
    """Whether the process has written the word."""
    return log.exists() and word in log.read_text()


async def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds; raise `TimeoutError` at the deadline."""
    async with asyncio.timeout(DEADLINE):
        while True:
            if condition():
                return
            await asyncio.sleep(0.01)


async def test_a_killed_process_that_may_restart_starts_again(tmp_path: Path) -> None:
    reports: asyncio.Queue[str] = asyncio.Queue()
    async with Supervisor(tmp_path, reports.put_nowait) as supervisor:
        await supervisor.start(ProcessSpec("worker", FOREVER, restart=True))
        first = supervisor.pid("worker")
        os.kill(first, signal.SIGKILL)
        line = await asyncio.wait_for(reports.get(), DEADLINE)
        assert line == "worker was ended by SIGKILL: starts again in 0.2 s"
        await wait_until(lambda: supervisor.pid("worker") != first)
        second = supervisor.pid("worker")
        assert is_alive(second)
    assert not is_alive(second)


async def test_the_restart_backoff_grows_with_each_exit(tmp_path: Path) -> None:
    reports: asyncio.Queue[str] = asyncio.Queue()
    async with Supervisor(tmp_path, reports.put_nowait) as supervisor:
        await supervisor.start(ProcessSpec("worker", ("false",), restart=True))
        lines = [await asyncio.wait_for(reports.get(), DEADLINE) for _ in range(3)]
    assert lines[:2] == [
        "worker ended with code 1: starts again in 0.2 s, attempt 1 of 10; see worker.log",
        "worker ended with code 1: starts again in 0.4 s, attempt 2 of 10; see worker.log",
    ]
    assert " in 0.8 s" in lines[2]


async def test_a_process_that_ends_again_and_again_is_given_up_with_its_last_lines(
    tmp_path: Path,
) -> None:
    reports: list[str] = []
    async with Supervisor(tmp_path, reports.append, max_backoff=0.01) as supervisor:
        await supervisor.start(
            ProcessSpec("postgres", ("sh", "-c", "echo no space left; exit 1"), restart=True)
        )
        with pytest.raises(ProcessExited, match=r"(?s)postgres ended with code 1 .*no space left"):
            await asyncio.wait_for(supervisor.wait(), DEADLINE)
    assert len(reports) == MAX_RESTARTS


async def test_a_process_with_a_wrong_setting_is_not_started_again(tmp_path: Path) -> None:
    async with Supervisor(tmp_path) as supervisor:
        await supervisor.start(ProcessSpec("gateway", ("sh", "-c", "exit 2"), restart=True))
        with pytest.raises(ProcessExited, match="gateway ended with code 2"):
            await asyncio.wait_for(supervisor.wait(), DEADLINE)


async def test_a_failed_start_stops_all_started_processes(tmp_path: Path) -> None:
    pids: list[int] = []

    async def start_and_fail() -> None:
        async with Supervisor(tmp_path) as supervisor:
            for name in ("one", "two"):
                await supervisor.start(ProcessSpec(name, FOREVER))
                pids.append(supervisor.pid(name))
            await supervisor.run(ProcessSpec("migrate", ("sh", "-c", "echo no database; exit 3")))

    with pytest.raises(ProcessExited, match=r"(?s)migrate ended with code 3 .*no database"):
        await start_and_fail()
    assert len(pids) == 2
    assert not any(map(is_alive, pids))


async def test_an_essential_process_that_exits_is_named_with_its_last_lines(tmp_path: Path) -> None:
    async with Supervisor(tmp_path) as supervisor:
        await supervisor.start(ProcessSpec("other", FOREVER))
        await supervisor.start(
            ProcessSpec("mailbox", ("sh", "-c", "echo port is gone >&2; exit 7"))
        )
        with pytest.raises(ProcessExited) as caught:
            await asyncio.wait_for(supervisor.wait(), DEADLINE)
    assert (caught.value.name, caught.value.code) == ("mailbox", 7)
    assert "port is gone" in str(caught.value)
    assert str(tmp_path / "mailbox.log") in str(caught.value)


async def test_waiting_ends_when_a_process_exits(tmp_path: Path) -> None:
    async with Supervisor(tmp_path) as supervisor:
        await supervisor.start(ProcessSpec("database", ("false",)))
        with pytest.raises(ProcessExited, match="database"):
            await asyncio.wait_for(
                supervisor.run_while_healthy(asyncio.sleep(DEADLINE * 2)), DEADLINE
            )


async def test_processes_are_stopped_in_reverse_order(tmp_path: Path) -> None:
    order = tmp_path / "order"
    async with Supervisor(tmp_path) as supervisor:
        for name in ("one", "two", "three"):
            script = (
                f"trap 'echo {name} >> {order}; exit 0' TERM; echo up; while :; do sleep 0.05; done"
            )
            await supervisor.start(ProcessSpec(name, ("sh", "-c", script)))
            await wait_until(partial(contains, tmp_path / f"{name}.log", "up"))
    assert order.read_text().split() == ["three", "two", "one"]


async def test_a_process_that_ignores_the_signal_is_killed_after_its_grace_period(
    tmp_path: Path,
) -> None:
    deaf = ("sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.05; done")
    async with Supervisor(tmp_path) as supervisor:
        await supervisor.start(ProcessSpec("deaf", deaf, grace=0.1))
        await wait_until(lambda: contains(tmp_path / "deaf.log", "up"))
        pid = supervisor.pid("deaf")
    assert not is_alive(pid)


async def test_a_process_that_is_stopped_by_name_ends_no_other_and_can_be_started_again(
    tmp_path: Path,
) -> None:
    async with Supervisor(tmp_path) as supervisor:
        await supervisor.start(ProcessSpec("temporal", FOREVER))
        first = supervisor.pid("temporal")
        await supervisor.stop("temporal", at_once=True)
        assert not is_alive(first)
        await supervisor.start_again("temporal")
        assert await supervisor.run_while_healthy(asyncio.sleep(0, "still up")) == "still up"
        assert is_alive(supervisor.pid("temporal"))


async def test_a_missing_program_is_reported(tmp_path: Path) -> None:
    async with Supervisor(tmp_path) as supervisor:
        with pytest.raises(ProcessExited, match="cannot run no-such-program"):
            await supervisor.run(ProcessSpec("missing", ("no-such-program",)))


@pytest.mark.skipif(sys.platform != "linux", reason="Linux only")
async def test_children_die_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await asyncio.wait_for(parent.communicate(), DEADLINE)
    assert parent.returncode == -signal.SIGKILL
    child = int(printed)
    await wait_until(lambda: not is_alive(child))
