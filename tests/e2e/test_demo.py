"""The demonstration as a person starts it: its exit code is true, whatever befalls its worker."""

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
from local.stack.ports import HOST, Ports

ROOT = Path(__file__).resolve().parents[2]
# A worker killed during a call leaves it to the call's time-out: a minute and a half, rarely twice.
DEADLINE = 290.0  # seconds
FEWEST_KILLS = 4
FEW = ("vel-too-early", "vel-too-late", "vel-in-future", "vel-not-found")


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


def some_examples(folder: Path, **altered: str) -> Path:
    """Write a folder with a few of the examples; `altered` replaces cells of the first."""
    folder.mkdir()
    for name in ("links.csv", "rewards.csv"):
        shutil.copy(FOLDER / name, folder)
    scripts = (FOLDER / "scripts.toml").read_text()
    (script,) = re.findall(r"^\[vel-not-found\]\n.*\n", scripts, flags=re.MULTILINE)
    (folder / "scripts.toml").write_text(script)
    with (FOLDER / "claims.csv").open(newline="") as lines:
        reader = csv.DictReader(lines)
        columns = reader.fieldnames or ()
        rows = [row for row in reader if row["request_key"] in FEW]
    rows[0] |= altered
    with (folder / "claims.csv").open("w", newline="") as lines:
        writer = csv.DictWriter(lines, columns)
        writer.writeheader()
        writer.writerows(rows)
    return folder


@pytest.mark.timeout(DEADLINE + 10)
@pytest.mark.parametrize("part", ["worker", "gateway"])
async def test_a_part_killed_at_random_moments_changes_nothing(part: str, tmp_path: Path) -> None:
    """The same table as without; the seed in the output repeats the moments of a failure."""
    seed = str(time.time_ns() % 1_000_000)
    options = ("--only", f"killed-{part}", "--seed", seed, "--state-dir", str(tmp_path))
    code, output = await run("chaos", *options)
    assert code == 0, output
    killed = re.search(rf"Seed {seed}: {part} killed (\d+) times", output)
    assert killed, output
    assert int(killed[1]) >= FEWEST_KILLS, output
    claims = len((FOLDER / "claims.csv").read_text().splitlines()) - 1
    assert f"{claims} claims, {claims} ended as expected, 0 not" in output


async def test_a_claim_that_ends_otherwise_than_its_line_says_fails_the_demonstration(
    tmp_path: Path,
) -> None:
    scenarios = some_examples(tmp_path / "examples", expected_codes="too_late")
    code, output = await run(
        "demo", "--scenarios", str(scenarios), "--state-dir", str(tmp_path / "state")
    )
    assert code == 1, output
    assert "4 claims, 3 ended as expected, 1 not" in output
    assert "codes too_early instead of too_late" in re.sub(r"[\s│]+", " ", output)


async def test_a_taken_port_is_named_with_the_setting_that_moves_it(tmp_path: Path) -> None:
    free = Ports.free().model_dump()
    settings = {f"TICKETS_LOCAL_{name}".upper(): str(port) for name, port in free.items()}
    with socket.create_server((HOST, 0)) as taken:
        port = str(taken.getsockname()[1])
        settings["TICKETS_LOCAL_SMTP_PORT"] = port
        code, output = await run("run", "--state-dir", str(tmp_path), **settings)
    assert code == 1
    assert f"port {port}, meant for the mail catcher (SMTP), is taken" in output
    assert "TICKETS_LOCAL_SMTP_PORT" in output
    assert "Traceback" not in output
