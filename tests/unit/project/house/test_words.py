"""The field's words: private ones appear nowhere.

`banned_words.txt` lists those that no text may use, `banned_names.txt` those that are words of
English but name nothing here.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.unit.project.house.repository import CODE, FILES, ROOT, TREES, found


def listed(name: str) -> list[str]:
    """Return the words of a list beside this file."""
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


WORDS = listed("banned_words.txt")
NAMES = set(listed("banned_names.txt"))
PART_OF_NAME = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
BANNED = re.compile(
    r"(?<![a-z0-9])(?:" + "|".join(map(re.escape, WORDS)) + r")(?![a-z0-9])", re.IGNORECASE
)
CHECKED = [path for path in FILES if path.suffix in {".py", ".sql", ".md"}]


def banned(path: Path) -> list[str]:
    """Return the banned words of a file with their lines; also those inside names."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    return [
        f"line {number}: {word}"
        for number, line in enumerate(lines, 1)
        for word in BANNED.findall(line)
    ]


def names(tree: ast.Module) -> Iterator[str]:
    """Return every identifier of a module."""
    for node in ast.walk(tree):
        for field in ("name", "id", "arg", "attr"):
            if isinstance(name := getattr(node, field, None), str):
                yield name


def private_names(path: Path) -> list[str]:
    """Return the identifiers of a module that contain a banned word."""
    return sorted(
        name
        for name in set(names(TREES[path]))
        if NAMES & {part.lower() for part in PART_OF_NAME.findall(name)}
    )


def test_no_private_word_is_left() -> None:
    assert found(CHECKED, banned) == []


def test_no_name_is_private() -> None:
    assert found(CODE, private_names) == []
