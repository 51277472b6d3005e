"""The exit code of a test run is that of its tests."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
USES_A_CLIENT = """
import asyncio, temporalio.client
async def test_it():
    try:
        await asyncio.wait_for(temporalio.client.Client.connect("127.0.0.1:1"), 5)
    except RuntimeError:
        pass
    assert {holds}
"""


@pytest.mark.parametrize(
    ("holds", "code", "expected"), [("1", 0, "1 passed"), ("0", 1, "1 failed"), (":", 2, "1 error")]
)
def test_the_exit_code_of_a_run_is_true(
    tmp_path: Path, holds: str, code: int, expected: str
) -> None:
    """Also where Temporal's client was used, and with all that was printed before the end."""
    file = tmp_path / "test_made_up.py"
    file.write_text(USES_A_CLIENT.replace("{holds}", holds))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        "pyproject.toml",
    ]
    conftest = ["-p", "tests.conftest", "--rootdir", str(ROOT)]
    run = subprocess.run(
        [*command, *conftest, str(file)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == code, run.stdout + run.stderr
    assert expected in run.stdout.splitlines()[-1]
