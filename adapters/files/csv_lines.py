"""Physical lines of a file, counted from 1, with a bound for their length."""

import os
from typing import BinaryIO, Final, NamedTuple, TextIO

MAX_RECORD_LENGTH: Final = 1_000_000
"""Characters: more than the longest that we write."""


class Bookmark(NamedTuple):
    """A place to resume at: the text's position, and the number of the last line before it."""

    position: int
    number: int


class Lines:
    """Reads lines; a line beyond the bound is the last one (`is_cut`)."""

    def __init__(self, raw: BinaryIO, text: TextIO) -> None:
        """Read `text`, whose bytes are those of `raw`."""
        self._raw = raw
        self._text = text
        self._size = os.fstat(raw.fileno()).st_size or 1
        self.number = 0
        self.is_cut = False

    @property
    def percent(self) -> int:
        """How much of the file has been read."""
        return min(100, self._raw.tell() * 100 // self._size)

    def next(self) -> str | None:
        """Return the next line; `None` at the end, and after a line beyond the bound."""
        if self.is_cut:
            return None
        line = self._text.readline(MAX_RECORD_LENGTH + 1)
        self.is_cut = len(line) > MAX_RECORD_LENGTH
        self.number += bool(line)
        return line or None

    def bookmark(self) -> Bookmark:
        """Remember the place after the last line."""
        return Bookmark(self._text.tell(), self.number)

    def resume(self, bookmark: Bookmark) -> None:
        """Continue after a bookmark."""
        self._text.seek(bookmark.position)
        self.number = bookmark.number
