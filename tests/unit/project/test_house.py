"""The house's sizes and habits, measured over every file that is kept in the repository."""

import ast
import re
import subprocess
import tokenize
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parents[3]
Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

EMPTY_NAMES = {"utils", "helpers", "common", "base", "manager", "service"}
REPLACED = {"setattr", "delattr", "setitem", "delitem"}
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:root|home|Users|work|opt)/\w")
INDEX_HOST = re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|pypi[/]simple")
BARE_EXEMPTION = re.compile(r"#\s*(?:type:\s*ignore(?!\[)|noqa(?!:\s*[A-Z]))")


def kept() -> list[Path]:
    """Files that are tracked, or would be with the next `git add`; relative to the root."""
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return sorted(Path(name) for name in set(names.split("\0")) if (ROOT / name).is_file())


KEPT = kept()
PYTHON = [path for path in KEPT if path.suffix == ".py"]
TESTS = [path for path in PYTHON if path.parts[0] == "tests"]
CODE = [path for path in PYTHON if path.parts[0] != "tests"]
TREES = {path: ast.parse((ROOT / path).read_text()) for path in PYTHON}

Finder = Callable[[Path], Iterable[str]]


def found(paths: list[Path], finder: Finder) -> list[str]:
    """`file: what` for everything the finder finds in these files."""
    assert paths, "no file to look at"
    return [f"{path}: {what}" for path in paths for what in finder(path)]


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
    sizes = {path: len((ROOT / path).read_text().splitlines()) for path in PYTHON}
    assert {str(path): lines for path, lines in sizes.items() if lines > 310} == {}


def test_everything_public_says_what_it_is() -> None:
    assert found(CODE, lambda path: undocumented(TREES[path])) == []


def test_a_name_says_what_is_inside() -> None:
    assert found(KEPT, lambda path: EMPTY_NAMES & {*path.parts[:-1], path.stem}) == []


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
    assert found(KEPT, machine_words) == []


def test_no_query_has_the_name_of_another() -> None:
    """All files of queries are one book: of two with one name, either might be run."""
    names = [
        name
        for path in KEPT
        if path.match("adapters/postgres/queries/*.sql")
        for name in re.findall(r"^-- name: (\w+)", (ROOT / path).read_text(), re.MULTILINE)
    ]
    assert len(names) > 50
    assert [name for name in set(names) if names.count(name) > 1] == []


def test_every_folder_of_code_is_under_the_layer_rules() -> None:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    folders = {path.parts[0] for path in CODE if len(path.parts) > 1}
    layers = next(contract for contract in linter["contracts"] if contract["id"] == "layers")
    assert set(linter["root_packages"]) == folders
    assert {layer.strip("()") for layer in layers["layers"]} >= folders
    assert {path.name for path in CODE if len(path.parts) == 1} == {"worker.py"}
