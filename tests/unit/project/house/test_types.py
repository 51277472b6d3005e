"""Names and types: one meaning for each name, and few values of any type."""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.unit.project.house.repository import CODE, ROOT, TEXTS, TREES, Function, found

MAX_ANY_PER_1000_LINES = 10


def defined_types(tree: ast.Module) -> Iterator[str]:
    """Yield the classes and type aliases of a module."""
    for node in tree.body:
        match node:
            case ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Subscript() | ast.BinOp()):
                if name[:1].isupper() and not name.isupper():
                    yield name


def test_no_class_or_alias_has_the_name_of_another() -> None:
    names = Counter(
        name for path in CODE for name in defined_types(TREES[path]) if not name.startswith("_")
    )
    assert sorted(name for name, count in names.items() if count > 1) == []


def test_any_is_rare() -> None:
    uses = sum(
        isinstance(node, ast.Name) and node.id == "Any"
        for path in CODE
        for node in ast.walk(TREES[path])
    )
    lines = sum(len(TEXTS[path].splitlines()) for path in CODE)
    assert uses * 1000 / lines <= MAX_ANY_PER_1000_LINES


def tuples_of_optionals(tree: ast.Module) -> Iterator[str]:
    """Yield functions that return a tuple of which two or more parts may be `None`."""
    for function in ast.walk(tree):
        if not isinstance(function, Function) or function.returns is None:
            continue
        match function.returns:
            case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=parts)):
                if sum(ast.unparse(part).endswith("| None") for part in parts) > 1:
                    yield f"line {function.lineno}: {function.name}"


def test_a_result_of_optionals_has_a_class() -> None:
    assert found(CODE, lambda path: tuples_of_optionals(TREES[path])) == []


def test_no_code_is_dead() -> None:
    """Vulture reports only what it is sure of at 80 %."""
    vulture = Path(sys.executable).with_name("vulture")
    folders = sorted({path.parts[0] for path in TEXTS})
    command = [str(vulture), "--min-confidence", "80", *folders]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.stdout == ""
    assert run.returncode == 0, run.stderr
