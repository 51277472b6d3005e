"""What guards the determinism of the workflow, beside the replay of recorded histories."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import workflows
from process.workflow_sandbox import PASSED_THROUGH

ROOT = Path(workflows.__file__).parents[1]
LIST_MODULES = "import sys, workflows.support_ticket; print(*sys.modules)"
CLOCKS = {"now", "utcnow", "today", "fromtimestamp"}
WORKFLOW_CLOCK = "workflow"


def workflow_modules() -> list[str]:
    """The modules of `workflows` that the workflow imports, in a fresh interpreter."""
    run = subprocess.run(
        [sys.executable, "-c", LIST_MODULES], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return sorted(name for name in run.stdout.split() if name.split(".")[0] == "workflows")


def test_no_module_is_imported_again_for_each_workflow() -> None:
    """Each module that is not shared costs every workflow a compilation, and memory."""
    assert [one for one in workflow_modules() if not one.startswith(PASSED_THROUGH)] == []


def clock_calls(source: str) -> list[int]:
    """The lines that read another clock than `workflow.now()`."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and not (isinstance(node.func.value, ast.Name) and node.func.value.id == WORKFLOW_CLOCK)
    ]


@pytest.mark.parametrize("folder", ["workflows", "domain"])
def test_a_module_of_the_workflow_reads_no_clock_but_that_of_the_workflow(folder: str) -> None:
    files = [*(ROOT / folder).rglob("*.py")]
    assert files
    for file in files:
        assert clock_calls(file.read_text(encoding="utf-8")) == [], file


def test_a_clock_is_noticed() -> None:
    assert clock_calls("datetime.now(UTC)\nworkflow.now()\nself.now\ndate.today()") == [1, 4]
