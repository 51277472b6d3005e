"""CSV files, read line by line and written so that no spreadsheet takes a cell for a formula.

A record that cannot be read spoils nothing but itself: reading goes on with the next line. Cells
that begin with = + - @, a tab or a line end (or the full-width forms of the signs) are written with
an apostrophe before them, which is taken away again where such a cell is read.
"""

import csv
import io
import os
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TextIO

LONGEST_LINE: Final = 20_000
"""Characters."""
MOST_LINES: Final = 20
"""So many lines may one record have: notes with line ends in them."""
_SIGN: Final = "'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
# Also after a semicolon or a tab: where these part cells, a program takes a piece of ours for one.
_BEGINS: Final = "(?:^|(?<=[;\t\r\n]))"
_FORMULA: Final = re.compile(f"{_BEGINS}(?={_SIGN})")
_ARMOURED: Final = re.compile(f"{_BEGINS}'(?={_SIGN})")
_OPEN: Final = "unexpected end of data"
_NOT_UTF_8: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Line:
    """One record: the line it begins on, counted from 1, and its cells by column, or its fault."""

    number: int
    cells: dict[str, str]
    fault: str = ""


class CsvReader:
    """Reads a file as UTF-8 (a mark at its beginning is ignored), comma or semicolon."""

    def __init__(self, raw: BinaryIO, text: TextIO) -> None:
        """Use `opened` instead. Reads the header, whose names are in `columns`; `ValueError` where
        there is none.
        """
        self._raw = raw
        self._text = text
        self._size = os.fstat(raw.fileno()).st_size or 1
        self._waiting: deque[str] = deque()
        self._number = 0
        header = self._next_line() or ""
        self._delimiter = ";" if header.count(";") > header.count(",") else ","
        cells = _record([header], self._delimiter)
        if not isinstance(cells, list) or not any(cells):
            raise ValueError("expected a first line with the names of the columns")
        self.columns = [cell.strip() for cell in cells]

    @property
    def percent(self) -> int:
        """How much of the file has been read."""
        return min(100, self._raw.tell() * 100 // self._size)

    def __iter__(self) -> Iterator[Line]:
        """Yield every record but empty ones."""
        while (first := self._next_line()) is not None:
            number = self._number
            cells = self._whole(first)
            if isinstance(cells, str):
                yield Line(number, {}, cells)
            elif any(cells):
                named = zip(self.columns, map(_bare, cells), strict=False)
                yield Line(number, dict(named))

    def _whole(self, first: str) -> list[str] | str:
        """Return the cells of the record that begins with this line, or what is wrong with it.

        The lines of a record that stays open, or has other cells than the header, are records of
        their own.
        """
        lines = [first]
        while (cells := _record(lines, self._delimiter)) is None and len(lines) < MOST_LINES:
            if (line := self._next_line()) is None:
                break
            lines.append(line)
        found = self._fitting(cells, lines)
        if isinstance(found, str):
            self._waiting.extendleft(reversed(lines[1:]))
            self._number -= len(lines) - 1
        return found

    def _fitting(self, cells: list[str] | str | None, lines: list[str]) -> list[str] | str:
        if any(len(line) >= LONGEST_LINE for line in lines):
            return f"expected lines shorter than {LONGEST_LINE} characters"
        if cells is None:
            return "expected a quotation mark that closes"
        if isinstance(cells, str):
            return cells
        if any(map(_NOT_UTF_8.search, cells)):
            return "expected text in UTF-8"
        while len(cells) > len(self.columns) and not cells[-1]:
            cells.pop()
        if any(cells) and len(cells) != len(self.columns):
            return f"expected {len(self.columns)} cells, not {len(cells)}"
        return cells

    def _next_line(self) -> str | None:
        """Return the next line, of one too long its beginning; `None` at the end."""
        if self._waiting:
            self._number += 1
            return self._waiting.popleft()
        line = part = self._text.readline(LONGEST_LINE)
        while len(part) == LONGEST_LINE and not part.endswith(("\n", "\r")):
            part = self._text.readline(LONGEST_LINE)
        self._number += bool(line)
        return line or None


def _record(lines: list[str], delimiter: str) -> list[str] | str | None:
    """Return the cells of a record, what is wrong with it, or `None` while a quotation is open."""
    try:
        return next(csv.reader(lines, delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        return None if _OPEN in str(error) else f"expected CSV: {error}"


@contextmanager
def opened(path: Path) -> Iterator[CsvReader]:
    """Open a file for reading; `OSError` where it cannot be, `ValueError` without a header."""
    with (
        open(path, "rb") as raw,
        io.TextIOWrapper(raw, "utf-8-sig", errors="surrogateescape", newline="") as text,
    ):
        yield CsvReader(raw, text)


@contextmanager
def written_whole(path: Path) -> Iterator[TextIO]:
    """Give a file to write into that stands under its name only when it is whole."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        with open(draft, "wb") as raw, encoded(raw) as text:
            yield text
            text.flush()
            os.fsync(raw.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def encoded(raw: BinaryIO) -> io.TextIOWrapper:
    """Write text as spreadsheets read it: UTF-8, with a mark that says so."""
    return io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace", newline="")


def write_row(out: TextIO, cells: list[str]) -> None:
    """Write one record, every cell quoted."""
    safe = [_armoured(cell.replace("\x00", "\ufffd")) for cell in cells]
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(safe)


def _armoured(cell: str) -> str:
    return _FORMULA.sub("'", cell)


def _bare(cell: str) -> str:
    return _ARMOURED.sub("", cell)
