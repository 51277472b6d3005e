"""`make test` runs suites side by side: every test must be in one of them, and in no other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_every_test_is_in_one_suite_of_make_test() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    suites = set(re.findall(r"^SUITES := (.*)", makefile, flags=re.MULTILINE)[0].split())
    recipes = re.findall(r"^(test-[a-z]+): .*\n.* -m pytest (.*)", makefile, flags=re.MULTILINE)
    folders = [
        ROOT / folder for suite, found in recipes if suite in suites for folder in found.split()
    ]
    assert {suite for suite, _ in recipes} == suites
    for module in (ROOT / "tests").rglob("test_*.py"):
        assert len([folder for folder in folders if module.is_relative_to(folder)]) == 1, module
