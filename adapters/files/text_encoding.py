"""Detects the encoding of a text file, and files that are not text, by their bytes alone."""

import codecs
import re
from collections.abc import Iterable
from typing import Final, NamedTuple

SNIFF_BYTES: Final = 4096
"""How many bytes at the beginning of a file are examined."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TEXT: Final = (
    (b"PK\x03\x04", "an Excel workbook or another archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed file"),
)
_SIGNS: Final = "€§°–—…‚„‘’“”«»\u00a0"  # noqa: RUF001  (as spreadsheets write them)
_GERMAN: Final = "äöüßÄÖÜ"
_POLISH: Final = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ"
# Letters of other languages whose bytes are the same in both code pages of Windows.
_FOREIGN: Final = "áâçéëíîóôúýÁÂÇÉËÍÎÓÔÚÝ"


class CodePage(NamedTuple):
    """A code page of Windows, what files in it contain besides ASCII, and the code page of DOS in
    which such a file may be instead if all its letters are the language's `own`.
    """

    windows: str
    alphabet: frozenset[str]
    dos: str
    own: frozenset[str]


def _code_page(windows: str, dos: str, own: str) -> CodePage:
    return CodePage(windows, frozenset(own + _GERMAN + _FOREIGN + _SIGNS), dos, frozenset(own))


CODE_PAGES: Final = {
    "pl": _code_page("cp1250", "cp852", _POLISH + _GERMAN),
    "de": _code_page("cp1252", "cp850", _GERMAN + "é"),
    "en": _code_page("cp1252", "cp850", "£é"),
}
"""By the market's language."""
_UTF_8_CHARACTER: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


def declared_encoding(beginning: bytes) -> str | None:
    """Return the encoding that a file declares by its byte order mark or by the zeros of UTF-16.

    Raises `ValueError` for a file that is not text.
    """
    for mark, what in _NO_TEXT:
        if beginning.startswith(mark):
            raise ValueError(f"expected a CSV file, this is {what}: save it as CSV")
    if known := next((name for mark, name in _MARKS if beginning.startswith(mark)), None):
        return known
    pairs = len(beginning) // 2
    zeros = (beginning[0::2].count(0), beginning[1::2].count(0))
    if pairs and max(zeros) * 3 > pairs:
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    return None


def guessed_encoding(lines: Iterable[bytes], language: str | None) -> str:
    """Return the encoding of a file that declares none: UTF-8, also if some lines are not, or the
    Windows code page of a market with this language, if no other reading makes sense.

    Raises `ValueError` if it is neither, with the first line that shows it.
    """
    page = CODE_PAGES.get(language or "")
    unclear = first = 0
    is_ambiguous = page is not None
    for number, line in enumerate(lines, 1):
        if line.isascii():
            continue
        if _UTF_8_CHARACTER.search(line):
            return "utf-8"
        first = first or number
        if page is None or not _is_in(page.alphabet, line.decode(page.windows, "replace")):
            unclear = unclear or number
        elif not _is_in(page.own, line.decode(page.dos)):
            is_ambiguous = False
    if not first:
        return "utf-8"
    if page and not unclear and not is_ambiguous:
        return page.windows
    or_page = f", and not certainly in {_title(page)}" if page else ""
    raise ValueError(
        f"expected UTF-8 or UTF-16: line {unclear or first} is in neither{or_page}; "
        "save the file as CSV UTF-8"
    )


def _is_in(alphabet: frozenset[str], text: str) -> bool:
    return all(character.isascii() or character in alphabet for character in text)


def _title(page: CodePage) -> str:
    return page.windows.replace("cp", "Windows-")
