"""The sizes and the layout of the project, measured over every file in the repository."""

import ast
import tomllib
from collections import Counter
from collections.abc import Iterator
from statistics import median, quantiles

from tests.unit.project.house.repository import (
    CODE,
    FILES,
    PYTHON,
    ROOT,
    TESTS,
    TEXTS,
    TREES,
    Function,
    found,
)

EMPTY_NAMES = {"utils", "helpers", "common", "base", "manager", "service"}


def body_lines(function: Function) -> int:
    """Lines from the first statement after the docstring to the end; 0 where there is none."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def functions() -> dict[str, int]:
    """`file:line name` of every function outside the tests, with its lines."""
    return {
        f"{path}:{node.lineno} {node.name}": body_lines(node)
        for path in CODE
        for node in ast.walk(TREES[path])
        if isinstance(node, Function)
    }


def undocumented(tree: ast.Module) -> Iterator[str]:
    """Names of the public classes and functions of a module, and itself, without a docstring."""
    public = [
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_")
    ]
    for node in (tree, *public):
        if ast.get_docstring(node) is None:
            yield getattr(node, "name", "the module")


def test_there_is_something_to_measure() -> None:
    assert TESTS
    assert {path.parts[0] for path in CODE} >= {"domain", "adapters", "workflows", "activities"}
    assert len(functions()) > 50


def test_functions_are_short() -> None:
    sizes = list(functions().values())
    assert median(sizes) <= 8
    assert quantiles(sizes, n=10)[-1] <= 20


def test_no_function_is_longer_than_a_screen() -> None:
    assert {name: lines for name, lines in functions().items() if lines > 40} == {}


def test_no_file_is_longer_than_300_lines() -> None:
    sizes = {path: len(text.splitlines()) for path, text in TEXTS.items()}
    assert {str(path): lines for path, lines in sizes.items() if lines > 300} == {}


def test_everything_public_says_what_it_is() -> None:
    assert found(CODE, lambda path: undocumented(TREES[path])) == []


def test_a_name_says_what_is_inside() -> None:
    assert found(FILES, lambda path: EMPTY_NAMES & {*path.parts[:-1], path.stem}) == []


def test_half_of_all_files_have_80_lines_or_fewer() -> None:
    assert median(len(text.splitlines()) for text in TEXTS.values()) <= 80


def test_no_folder_holds_more_than_15_modules() -> None:
    modules = Counter(str(path.parent) for path in PYTHON if path.name != "__init__.py")
    assert [one for one in modules.items() if one[1] > 15] == []


def test_every_folder_of_code_is_under_the_layer_rules() -> None:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    folders = {path.parts[0] for path in CODE if len(path.parts) > 1}
    layers = next(contract for contract in linter["contracts"] if contract["id"] == "layers")
    assert set(linter["root_packages"]) == folders
    assert {layer.strip("()") for layer in layers["layers"]} >= folders
    assert {path.name for path in CODE if len(path.parts) == 1} == {"worker.py"}
