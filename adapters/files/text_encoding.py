"""Detects the encoding of a text file, and files that are not text, by their bytes alone."""

import codecs
from collections.abc import Iterable
from typing import Final

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
# Without the quotation marks „ “ ”: in the code pages of DOS their bytes are ä and ö.
_SIGNS: Final = "€§°–…’"
CODE_PAGES: Final = {
    "pl": ("cp1250", frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ" + _SIGNS)),
    "de": ("cp1252", frozenset("äöüßÄÖÜ" + _SIGNS)),
    "en": ("cp1252", frozenset("£é" + _SIGNS)),
}
"""By the market's language: the code page of Windows, and what such files hold besides ASCII."""


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


def guessed_encoding(chunks: Iterable[bytes], language: str | None) -> str:
    """Return the encoding of a file that declares none: UTF-8, or the code page of a market with
    this language if every character is in use there.
    """
    page, alphabet = CODE_PAGES.get(language or "", ("ascii", frozenset[str]()))
    as_utf_8 = codecs.getincrementaldecoder("utf-8")()
    as_page = codecs.getincrementaldecoder(page)()
    is_utf_8 = is_page = True
    for chunk in chunks:
        is_utf_8 = is_utf_8 and _decoded(as_utf_8, chunk) is not None
        text = _decoded(as_page, chunk) if is_page else None
        is_page = text is not None and all(c.isascii() or c in alphabet for c in text)
    return page if is_page and not is_utf_8 else "utf-8"


def _decoded(decoder: codecs.IncrementalDecoder, chunk: bytes) -> str | None:
    try:
        return decoder.decode(chunk)
    except UnicodeDecodeError:
        return None
