"""Cleaning of people's texts: one form for the same text, however it was typed.

The cleaned form is checked, stored, compared, shown and sent. Cleaning is idempotent.
"""

import functools
import re
import unicodedata
from typing import Final

_MORE_DASHES: Final = "\u02d7\u2043\u2212\u2796"
"""Minus signs and their like, which Unicode does not count among its dashes (`Pd`)."""
_INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Fillers and selectors of variants, without width but not of the category of formats (`Cf`)."""
_LINE_ENDS: Final = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""Line ends of `str.splitlines`."""
_MAX_MARKS: Final = 30
_MEANINGLESS: Final = frozenset({"Cc", "Cf"})


def clean_line(text: str) -> str:
    """Clean a line: NFKC, no invisible characters, plain dashes and spaces, stripped."""
    return _plain(_LINE_ENDS.sub(" ", text)).strip()


def clean_text(text: str) -> str:
    """Clean a text of several lines; line feeds separate them."""
    lines = _LINE_ENDS.sub("\n", text).split("\n")
    return "\n".join(map(str.rstrip, map(_plain, lines))).strip()


def strip_invisible(text: str) -> str:
    """Remove spaces and invisible characters at both ends, and change nothing between them."""
    shown = [at for at, one in enumerate(text) if not _is_invisible(one)]
    return text[shown[0] : shown[-1] + 1] if shown else ""


def _is_invisible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Cf"


def to_single_line(text: str) -> str:
    """Replace every kind of line end by a space."""
    return _LINE_ENDS.sub(" ", text)


def _plain(line: str) -> str:
    if line.isascii() and line.isprintable():
        return line
    folded = _INVISIBLE.sub("", _normal(line.replace("\x00", "\ufffd")))
    return _normal("".join(map(_plain_character, folded)))


def _normal(text: str) -> str:
    """Return NFKC in linear time: the number of combining marks per letter is bounded."""
    return _with_few_marks(unicodedata.normalize("NFKC", _with_few_marks(text)))


def _with_few_marks(text: str) -> str:
    """Drop a letter's combining marks beyond thirty (Unicode's Stream-Safe Text Format)."""
    characters, marks = [], 0
    for character in text:
        marks = marks + 1 if _is_mark(character) else 0
        if marks <= _MAX_MARKS:
            characters.append(character)
    return "".join(characters)


@functools.lru_cache(maxsize=4096)
def _is_mark(character: str) -> bool:
    return all(map(unicodedata.combining, unicodedata.normalize("NFKD", character)))


def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if character.isspace() or character == "\u2800":
        return " "
    if category == "Pd" or character in _MORE_DASHES:
        return "-"
    return "" if category in _MEANINGLESS else character
