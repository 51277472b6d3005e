"""The files of the repository, as the checks of the house rules read them."""

import ast
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[4]
Function = ast.FunctionDef | ast.AsyncFunctionDef
Finder = Callable[[Path], Iterable[str]]


def tracked() -> list[Path]:
    """Return the files that git tracks or would add; relative to the root."""
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return sorted(Path(name) for name in set(names.split("\0")) if (ROOT / name).is_file())


FILES: Final = tracked()
PYTHON: Final = [path for path in FILES if path.suffix == ".py"]
TESTS: Final = [path for path in PYTHON if path.parts[0] == "tests"]
CODE: Final = [path for path in PYTHON if path.parts[0] != "tests"]
TEXTS: Final = {path: (ROOT / path).read_text() for path in PYTHON}
TREES: Final = {path: ast.parse(text) for path, text in TEXTS.items()}


def found(paths: list[Path], finder: Finder) -> list[str]:
    """Return `file: finding` for everything that the finder finds in these files."""
    assert paths, "no file to look at"
    return [f"{path}: {what}" for path in paths for what in finder(path)]
