"""The demonstration as a process: its report and exit code are right, also if parts are killed."""

import asyncio
import csv
import os
import re
import shutil
import socket
import sys
import time
from pathlib import Path

import pytest

from local.demo.scenario_files import FOLDER
from local.faults.invariants import INVARIANTS
from local.stack.ports import HOST, Ports

ROOT = Path(__file__).resolve().parents[2]
# A call of a killed worker ends only by its time-out: a minute and a half, rarely twice.
DEADLINE = 290.0  # seconds
MIN_KILLS = 4
REQUEST_KEYS = ("vel-too-early", "vel-too-late", "vel-in-future", "vel-not-found")


async def run(*arguments: str, **settings: str) -> tuple[int | None, str]:
    """Run `python -m local …` to its end; return its exit code and all that it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "local",
        *arguments,
        cwd=ROOT,
        env=os.environ | settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), DEADLINE)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    return process.returncode, output.decode()


def write_scenarios(folder: Path, **changes: str) -> Path:
    """Write a folder with a few scenarios; `changes` replace cells of the first."""
    folder.mkdir()
    for name in ("links.csv", "rewards.csv"):
        shutil.copy(FOLDER / name, folder)
    scripts = (FOLDER / "scripts.toml").read_text()
    (script,) = re.findall(r"^\[vel-not-found\]\n.*\n", scripts, flags=re.MULTILINE)
    (folder / "scripts.toml").write_text(script)
    with (FOLDER / "claims.csv").open(newline="") as lines:
        reader = csv.DictReader(lines)
        columns = reader.fieldnames or ()
        rows = [row for row in reader if row["request_key"] in REQUEST_KEYS]
    rows[0] |= changes
    with (folder / "claims.csv").open("w", newline="") as lines:
        writer = csv.DictWriter(lines, columns)
        writer.writeheader()
        writer.writerows(rows)
    return folder


@pytest.mark.timeout(DEADLINE + 10)
@pytest.mark.parametrize("part", ["worker", "gateway"])
async def test_a_part_killed_at_random_moments_changes_no_result(part: str, tmp_path: Path) -> None:
    """The report is as without kills; the printed seed repeats the moments of a failed run."""
    seed = str(time.time_ns() % 1_000_000)
    options = ("--only", f"killed-{part}", "--seed", seed, "--state-dir", str(tmp_path))
    code, output = await run("chaos", *options)
    assert code == 0, output
    killed = re.search(rf"Seed {seed}: {part} killed (\d+) times", output)
    assert killed, output
    assert int(killed[1]) >= MIN_KILLS, output
    claims = len((FOLDER / "claims.csv").read_text().splitlines()) - 1
    assert f"{claims} claims, {claims} ended as expected, 0 not" in output


@pytest.mark.timeout(DEADLINE + 10)
async def test_no_invariant_breaks_while_everything_is_killed(tmp_path: Path) -> None:
    """The short form of the fault suite: every kind of ticket, every kind of fault."""
    seed = str(time.time_ns() % 1_000_000)
    size = ("--tickets", "40", "--kills", "10", "--read-only", "3")
    options = ("--only", "random", "--seed", seed, *size, "--state-dir", str(tmp_path))
    code, output = await run("chaos", *options)
    assert code == 0, output
    invariants = re.findall(r"^ok     (.+)$", output, flags=re.MULTILINE)
    assert invariants == list(INVARIANTS), output


async def test_a_claim_with_an_unexpected_result_fails_the_demonstration(
    tmp_path: Path,
) -> None:
    scenarios = write_scenarios(tmp_path / "scenarios", expected_codes="too_late")
    code, output = await run(
        "demo", "--scenarios", str(scenarios), "--state-dir", str(tmp_path / "state")
    )
    assert code == 1, output
    assert "4 claims, 3 ended as expected, 1 not" in output
    assert "codes too_early instead of too_late" in re.sub(r"[\s│]+", " ", output)


async def test_a_taken_port_is_named_with_the_setting_that_moves_it(tmp_path: Path) -> None:
    free = Ports.free().model_dump()
    settings = {f"TICKETS_LOCAL_{name}".upper(): str(port) for name, port in free.items()}
    with socket.create_server((HOST, 0)) as occupied:
        port = str(occupied.getsockname()[1])
        settings["TICKETS_LOCAL_SMTP_PORT"] = port
        code, output = await run("run", "--state-dir", str(tmp_path), **settings)
    assert code == 1
    assert f"port {port}, meant for the mail catcher (SMTP), is taken" in output
    assert "TICKETS_LOCAL_SMTP_PORT" in output
    assert "Traceback" not in output
