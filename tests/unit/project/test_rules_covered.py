"""Every rule of the help page (R1-R36) that this program could break is cited by a test."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
RULES = {f"R{number}" for number in range(1, 37)}
NOT_OURS = {
    "R2": "the member logs in at the platform, before anything of ours is called",
    "R3": "the way to the account's support page lies on the platform's own pages",
    "R6": "writing to customer service by e-mail happens outside of any program of ours",
    "R30": "what a member's account shows is decided by the platform's own pages",
}
CITED = re.compile(r"(?<![0-9a-z])r([0-9]{1,2})(?:\s*[-\u2013]\s*r([0-9]{1,2}))?(?![0-9])")


def cited(text: str) -> set[str]:
    """The rules that a text names: `R25`, `r25_` in a name, or a span such as `R26-R28`."""
    spans = [(int(a), int(b or a)) for a, b in CITED.findall(text.lower().replace("_", " "))]
    return {f"R{number}" for first, last in spans for number in range(first, last + 1)}


def said_by_tests(tree: ast.Module) -> Iterator[str]:
    """Name and docstring of every test of a module, and of rules of a stateful one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[:5] == "test_":
            yield f"{node.name} {ast.get_docstring(node) or ''}"


def rules_cited() -> set[str]:
    """The rules that any test in the whole suite names."""
    trees = [ast.parse(path.read_text()) for path in sorted(TESTS.rglob("*.py"))]
    return {rule for tree in trees for text in said_by_tests(tree) for rule in cited(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R25", {"R25"}),
        ("R7, R8: late", {"R7", "R8"}),
        ("R26-R28", {"R26", "R27", "R28"}),
        ("test_r9_a_claim_waits", {"R9"}),
        ("(R4, R5)", {"R4", "R5"}),
        ("HR25 R250 rew-5 for25", set()),
    ],
)
def test_a_citation_is_read_as_people_write_it(text: str, expected: set[str]) -> None:
    assert cited(text) == expected


def test_every_rule_that_a_program_can_break_is_cited_by_a_test() -> None:
    missing = RULES - NOT_OURS.keys() - rules_cited()
    assert sorted(missing, key=lambda rule: int(rule[1:])) == []


def test_no_test_cites_a_rule_that_does_not_exist() -> None:
    """Neither a number beyond R36 nor one that is said to be nobody's to break."""
    assert rules_cited() <= RULES
    assert all(reason for reason in NOT_OURS.values())
