"""The field's words: private ones, listed in `banned_words.txt`, appear nowhere."""

import re
from pathlib import Path

from tests.unit.project.house.repository import FILES, ROOT, expect_none, found

LIST = Path(__file__).with_name("banned_words.txt")
WORDS = [
    line
    for line in LIST.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
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


def test_no_private_word_is_left() -> None:
    expect_none(found(CHECKED, banned), "private words")
