"""Habits of the house: exemptions name what they exempt, and no test replaces code."""

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.project.house.repository import (
    FILES,
    PYTHON,
    ROOT,
    TESTS,
    TREES,
    found,
)

REPLACED = {"setattr", "delattr", "setitem", "delitem"}
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:root|home|Users|work|opt)/\w")
# Made from parts, so that no host stands here; with a backslash it is in somebody's pattern.
INDEX_PARTS = [
    ("pypi", ".", "org"),
    ("pypi", "/", "simple"),
    ("pythonhosted", ".", "org"),
    ("npmjs", ".", "org"),
    ("npmjs", ".", "com"),
]
INDEX_HOST = re.compile("|".join(r"\\?".join(map(re.escape, parts)) for parts in INDEX_PARTS))
BARE_EXEMPTION = re.compile(r"#\s*(?:type:\s*ignore(?!\[)|noqa(?!:\s*[A-Z]))")


def bare_exemptions(path: Path) -> Iterator[str]:
    """Comments that switch a check off without saying which."""
    with (ROOT / path).open("rb") as source:
        for token in tokenize.tokenize(source.readline):
            if token.type == tokenize.COMMENT and BARE_EXEMPTION.search(token.string):
                yield f"line {token.start[0]}: {token.string}"


def test_every_exemption_names_what_it_exempts() -> None:
    assert found(PYTHON, bare_exemptions) == []


def replacements(tree: ast.Module) -> Iterator[str]:
    """Where a test would put something else in the place of our code."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names) if any("mock" in name.name for name in names):
                yield f"line {node.lineno}: imports a mock"
            case ast.ImportFrom(module=str(module), names=names) if "mock" in module or (
                module == "unittest" and any(name.name == "mock" for name in names)
            ):
                yield f"line {node.lineno}: imports a mock"
            case ast.arg(arg="mocker"):
                yield f"line {node.lineno}: asks for a mocker"
            case ast.Attribute(value=ast.Name(id="monkeypatch"), attr=attr) if attr in REPLACED:
                yield f"line {node.lineno}: replaces code"


def test_nothing_is_mocked() -> None:
    assert found(TESTS, lambda path: replacements(TREES[path])) == []


def machine_words(path: Path) -> list[str]:
    """Absolute paths of somebody's machine, and hosts of package indexes."""
    text = (ROOT / path).read_text(errors="replace")
    return MACHINE_PATH.findall(text) + INDEX_HOST.findall(text)


def test_no_file_knows_this_machine_or_an_index() -> None:
    assert found(FILES, machine_words) == []


@pytest.mark.parametrize("parts", INDEX_PARTS, ids="-".join)
def test_the_host_of_an_index_is_found_also_in_a_pattern(parts: tuple[str, ...]) -> None:
    host = "".join(parts)
    assert INDEX_HOST.search(f"--index-url https://{host}/")
    assert INDEX_HOST.search(host.replace(".", r"\."))


def test_no_query_has_the_name_of_another() -> None:
    """All queries are loaded into one object: of two with one name, either might be run."""
    names = [
        name
        for path in FILES
        if path.match("adapters/postgres/queries/*.sql")
        for name in re.findall(r"^-- name: (\w+)", (ROOT / path).read_text(), re.MULTILINE)
    ]
    assert len(names) > 50
    assert [name for name in set(names) if names.count(name) > 1] == []


def imported_tests(tree: ast.Module) -> Iterator[str]:
    """Yield the test modules that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            yield from (one for one in names if one.split(".")[-1].startswith("test_"))


def test_no_module_imports_a_test_module() -> None:
    """Set-up that two tests share is in `tests/support` or in a module beside them."""
    assert found(PYTHON, lambda path: imported_tests(TREES[path])) == []
