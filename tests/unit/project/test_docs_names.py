"""Names that the documents put in back-ticks are names of the code."""

import ast
import re
from functools import cache

import pytest

from local.stack.ports import Ports
from tests.support.documents import (
    code_files,
    code_spans,
    content,
    documents,
    prose,
    section,
    tracked,
)

MODULE_NAME = re.compile(r"[a-z_]+(?:\.[a-z_]+)*\.\w+")
IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+|[A-Z]\w*[a-z]\w*")
NAME_IN_MODULE = re.compile(r"`(\w+)` in `([\w/]+\.py)`")
SUFFIXES = (".py", ".md", ".toml", ".sql", ".yml", ".sh", ".lock", ".html", ".example", ".conf")
ELSEWHERE = {
    "ExecutionStatus", "Failed", "TemporalReportedProblems", "confusable_homoglyphs",
    "max_prepared_statements", "merge_slashes", "pg_snapshot_xmin", "statement_timeout",
    "local_retry_threshold", "schedule_to_close", "SessionMiddleware",
}  # fmt: skip
"""Names of other programs, and of tools that were considered."""


@cache
def words_of_code() -> frozenset[str]:
    """Every word in code, SQL, templates and settings."""
    return frozenset(word for name in code_files() for word in re.findall(r"\w+", content(name)))


def names_in(module: str) -> set[str]:
    """The names that a module defines, at any level."""
    nodes = list(ast.walk(ast.parse(content(module))))
    named = {node.id for node in nodes if isinstance(node, ast.Name)}
    return named | {str(getattr(node, "name", "")) for node in nodes}


def resolves(dotted: str) -> bool:
    """Say whether a dotted name leads to a module of ours, or to a name in one."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        folder = "/".join(parts[:length])
        for module in (f"{folder}.py", f"{folder}/__init__.py"):
            if module in tracked():
                return names_in(module) >= set(parts[length:])
    return False


@pytest.mark.parametrize("name", documents())
def test_a_dotted_name_in_back_ticks_resolves(name: str) -> None:
    ours = {path.partition("/")[0].removesuffix(".py") for path in tracked()}
    spans = [re.sub(r"\(.*", "", span) for span in code_spans(name)]
    dotted = [span for span in spans if MODULE_NAME.fullmatch(span) and span.split(".")[0] in ours]
    assert [one for one in dotted if not one.endswith(SUFFIXES) and not resolves(one)] == []


@pytest.mark.parametrize("name", [name for name in documents() if name != "CHANGELOG.md"])
def test_a_name_in_back_ticks_is_in_the_code(name: str) -> None:
    local = {f"TICKETS_LOCAL_{field.upper()}" for field in Ports.model_fields}
    named = {span for span in code_spans(name) if IDENTIFIER.fullmatch(span)}
    assert sorted(named - words_of_code() - ELSEWHERE - local) == []


@pytest.mark.parametrize("name", documents())
def test_a_name_is_in_the_module_that_is_named_beside_it(name: str) -> None:
    pairs = NAME_IN_MODULE.findall(prose(name))
    assert [(one, module) for one, module in pairs if one not in names_in(module)] == []


def test_the_fixtures_that_the_overview_of_the_tests_describes_exist() -> None:
    described = re.findall(
        r"^\| (`\w+`(?:, `\w+`)*) \|", section("tests/README.md", "Fixtures"), re.M
    )
    names = {name.strip("`") for row in described for name in row.split(", ")}
    conftests = [name for name in tracked() if name.endswith("conftest.py")]
    assert names <= {name for module in conftests for name in names_in(module)}


def test_a_name_that_is_nowhere_is_noticed() -> None:
    assert resolves("workflows.client.admit_ticket")
    assert not resolves("workflows.client.admit_nobody")
    assert not resolves("workflows.nowhere.admit_ticket")
