"""`make test` runs its suites side by side: none of the tests' folders may be in no suite."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_every_folder_of_tests_is_in_one_suite_of_make_test() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    run = re.findall(r"tests/[a-z0-9]+", " ".join(re.findall(r"-m pytest (.*)", makefile)))
    tests = ROOT / "tests"
    folders = {f"tests/{path.relative_to(tests).parts[0]}" for path in tests.rglob("test_*.py")}
    assert sorted(run) == sorted(folders)
