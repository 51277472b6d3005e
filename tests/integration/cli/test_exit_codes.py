"""The exit code of a test run says whether its tests passed."""

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
    assert {condition}
"""


@pytest.mark.parametrize(
    ("condition", "code", "expected"),
    [("1", 0, "1 passed"), ("0", 1, "1 failed"), (":", 2, "1 error")],
)
def test_the_exit_code_of_a_run_says_whether_its_tests_passed(
    tmp_path: Path, condition: str, code: int, expected: str
) -> None:
    """Also if Temporal's client was used, and after all output is printed."""
    file = tmp_path / "test_made_up.py"
    file.write_text(USES_A_CLIENT.replace("{condition}", condition))
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
